// What the launcher's test launches: linked statically, so that a view of one file is enough for it.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

/// Each action of a verdict that lets the script live.
///
/// @return 0, or the number of the first expectation that was not met.
static int refusals(void) {
  for (int time = 0; time < 3; time++)
    if (!refused(syscall(SYS_getpriority, 0, 0))) return 1;
  if (syscall(SYS_getpgid, 0) < 0) return 2;
  if (!refused(syscall(SYS_setpriority, 0, 0, 0))) return 3;
  if (syscall(SYS_setpriority, 2, AIRLOCK_LOCK_MAGIC, 1) != 0) return 4;
  if (!refused(syscall(SYS_setpriority, 2, AIRLOCK_LOCK_MAGIC, 1))) return 5;
  if (!refused(syscall(SYS_getpgid, 0))) return 6;
  return 0;
}

/// What the launch promises of the process: its descriptors, limits, identity and file system.
static int surroundings(void) {
  for (int descriptor = 0; descriptor < 256; descriptor++)
    if ((fcntl(descriptor, F_GETFD) >= 0) != (descriptor <= AIRLOCK_TRACE_DESCRIPTOR)) return 10 + (descriptor < 200 ? descriptor : 200);
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0) return 1;
  if (geteuid() == 0 || getegid() == 0) return 2;
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2) return 3;
  if (open("made", O_WRONLY | O_CREAT | O_EXCL, 0600) < 0 || unlink("made") != 0) return 4;
  if (open("/etc/passwd", O_RDONLY) >= 0 || open("/made", O_WRONLY | O_CREAT, 0600) >= 0) return 5;
  return 0;
}

int main(int count, char **arguments) {
  const char *mode = count > 1 ? arguments[1] : "";
  if (strcmp(mode, "hello") == 0) {
    printf("hello %s\n", getenv("A"));
    return 3;
  }
  while (strcmp(mode, "spin") == 0) continue;
  if (strcmp(mode, "refusals") == 0) return refusals();
  if (strcmp(mode, "surroundings") == 0) return surroundings();
  if (strcmp(mode, "denied") == 0) syscall(SYS_ptrace, 0, 0, 0, 0);
  while (strcmp(mode, "processes") == 0) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (strcmp(mode, "crash") == 0) raise(SIGSEGV);
  return 9;
}
