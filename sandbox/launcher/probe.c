// Probes of the host, each in a child of its own.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

/// The error number that a probe's child ended with; EIO if it was killed.
static int answer(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

int airlock_probe_listener(void) {
  struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {.len = 1, .filter = allow};
  pid_t pid = (pid_t)syscall(SYS_fork);
  if (pid < 0) return errno;
  if (pid == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    _exit(result < 0 ? errno : 0);
  }
  return answer(pid);
}

int airlock_probe_mounts(void) {
  pid_t pid = (pid_t)syscall(SYS_fork);
  if (pid < 0) return errno;
  if (pid == 0) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) _exit(errno);
    _exit(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? errno : 0);
  }
  return answer(pid);
}
