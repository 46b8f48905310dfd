// How the launcher makes its two processes.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>

#include "internal.h"
#include "raw.h"

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/// What CLONE_CLEAR_SIGHAND does: no handler is left; what is ignored stays so. By system calls: sigaction(3) keeps
/// two signals to itself.
static void clear_handlers(void) {
  static const unsigned long none[8] = {0};
  const long mask_bytes = 8;
  for (long number = 1; number <= 64; number++) {
    // struct sigaction of the kernel: the handler comes first.
    unsigned long action[8] = {0};
    raw(SYS_rt_sigaction, number, 0, action, mask_bytes);
    if (action[0] != (unsigned long)SIG_DFL && action[0] != (unsigned long)SIG_IGN)
      raw(SYS_rt_sigaction, number, none, 0, mask_bytes);
  }
}

pid_t clone_process(uint64_t flags, int cgroup, int *pidfd) {
  struct clone_args arguments = {
      .flags = flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
  };
  if (cgroup >= 0) {
    arguments.flags |= CLONE_INTO_CGROUP;
    arguments.cgroup = (uint64_t)cgroup;
  }
  long result = raw(SYS_clone3, &arguments, sizeof arguments);
  if (result == -ENOSYS && cgroup < 0) {
    // The order of the first three arguments is the same wherever this is built (clone(2), "C library/kernel differences").
    result = raw(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, 0, pidfd, 0, 0);
    if (result == 0) clear_handlers();
  }
  if (result >= 0) return (pid_t)result;
  errno = (int)-result;
  return -1;
}
