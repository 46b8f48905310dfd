#define _GNU_SOURCE
#include "modes.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "airlock_launcher.h"

static bool refused(long result) { return result == -1 && errno == EPERM; }

int start_up(void) {
  for (int time = 0; time < 3; time++)
    if (!refused(syscall(SYS_getpriority, 0, 0))) return 1;
  if (syscall(SYS_getpgid, 0) < 0) return 2;
  if (!refused(syscall(SYS_setpriority, 0, 0, 0))) return 3;
  if (syscall(SYS_setpriority, 2, AIRLOCK_LOCK_MAGIC, 1) != 0) return 4;
  return 0;
}

/// After the lock-down.
static int refusals(void) {
  if (!refused(syscall(SYS_setpriority, 2, AIRLOCK_LOCK_MAGIC, 1))) return 5;
  if (!refused(syscall(SYS_getpgid, 0))) return 6;
  return 0;
}

/// What the launch promises of the process: its descriptors, limits, identity and file system.
static int surroundings(void) {
  for (int descriptor = 0; descriptor < 256; descriptor++)
    if ((fcntl(descriptor, F_GETFD) >= 0) != (descriptor <= AIRLOCK_TRACE_DESCRIPTOR))
      return 10 + (descriptor < 200 ? descriptor : 200);
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0) return 1;
  if (geteuid() == 0 || getegid() == 0) return 2;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2) return 3;
  if (open("made", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0 || unlink("made") != 0) return 4;
  if (open("/etc/passwd", O_RDONLY) >= 0 || open("/made", O_WRONLY | O_CREAT, 0600) >= 0) return 5;
  return 0;
}

static void *wait_for_good(void *unused) {
  for (;;) pause();
  return unused;
}

/// More threads than the test's plans allow; init has seconds to see them.
static int threads(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 16);
  for (int index = 0; index < 4; index++)
    if (pthread_create(&thread, &attributes, wait_for_good, NULL) != 0) return 7;
  sleep(5);
  return 8;
}

int perform(const char *mode) {
  if (strcmp(mode, "hello") == 0) {
    printf("hello %s\n", getenv("A"));
    return 3;
  }
  while (strcmp(mode, "spin") == 0) continue;
  if (strcmp(mode, "refusals") == 0) return refusals();
  if (strcmp(mode, "surroundings") == 0) return surroundings();
  if (strcmp(mode, "threads") == 0) return threads();
  if (strcmp(mode, "denied") == 0) syscall(SYS_ptrace, 0, 0, 0, 0);
  while (strcmp(mode, "processes") == 0) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (strcmp(mode, "crash") == 0) raise(SIGSEGV);
  return 9;
}
