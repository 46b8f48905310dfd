// The payload's last steps before exec, each of which only takes something away.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/// Where the payload keeps its channel to init across the closing of all others.
enum { CHANNEL = AIRLOCK_TRACE_DESCRIPTOR + 1 };

static struct failure start_session(const struct airlock_plan *plan, pid_t init) {
  sigset_t none;
  sigemptyset(&none);
  // A session of its own has no controlling terminal: nothing can be typed into the caller's (TIOCSTI).
  if (injected(plan, AIRLOCK_STEP_SESSION, 0) || setsid() < 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
      prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
    return fail(AIRLOCK_STEP_SESSION);
  // Init may have died just before: its death will not be signalled any more.
  if (getppid() != init) _exit(70);
  umask(077);
  return OK;
}

static struct failure give_descriptors(const struct airlock_plan *plan, int *channel, int trace) {
  // What a zygote sends goes over the socket that its requests come from.
  int requests = plan->role == AIRLOCK_ROLE_ZYGOTE ? process_table_descriptor() : plan->requests;
  const int given[] = {plan->null_input, plan->output, plan->errors, plan->replies, requests, trace, *channel};
  for (int target = 0; target <= CHANNEL; target++) {
    // dup3 for the channel alone: it must close at exec, the others must not.
    int result = (int)syscall(SYS_dup3, given[target], target, target == CHANNEL ? O_CLOEXEC : 0);
    if (injected(plan, AIRLOCK_STEP_DESCRIPTORS, 1 + (uint32_t)target) || result < 0)
      return fail(AIRLOCK_STEP_DESCRIPTORS);
  }
  *channel = CHANNEL;
  return OK;
}

static struct failure set_rlimits(const struct airlock_plan *plan) {
  for (size_t index = 0; index < plan->rlimit_count; index++) {
    struct rlimit limit = {.rlim_cur = plan->rlimits[index].soft, .rlim_max = plan->rlimits[index].hard};
    // As an ordinary user a hard limit below the wanted one stands; the kernel then holds the lower.
    struct rlimit present;
    if (getrlimit((__rlimit_resource_t)plan->rlimits[index].resource, &present) != 0)
      return fail(AIRLOCK_STEP_RLIMITS);
    if (limit.rlim_max > present.rlim_max) limit.rlim_max = present.rlim_max;
    if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    if (injected(plan, AIRLOCK_STEP_RLIMITS, (uint32_t)index) ||
        setrlimit((__rlimit_resource_t)plan->rlimits[index].resource, &limit) != 0)
      return fail(AIRLOCK_STEP_RLIMITS);
  }
  return OK;
}

struct failure drop_capabilities(const struct airlock_plan *plan, uint32_t place) {
  if (injected(plan, AIRLOCK_STEP_CAPABILITIES, place)) return fail(AIRLOCK_STEP_CAPABILITIES);
  // The bounding set can only be lowered with CAP_SETPCAP, which an ordinary user outside a namespace lacks: with
  // no_new_privs and empty sets it has nothing to bound then.
  for (int capability = 0; capability <= 63; capability++)
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EINVAL && errno != EPERM)
      return fail(AIRLOCK_STEP_CAPABILITIES);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
    return fail(AIRLOCK_STEP_CAPABILITIES);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  if (syscall(SYS_capset, &header, none) != 0) return fail(AIRLOCK_STEP_CAPABILITIES);
  return OK;
}

static struct failure forbid_new_privileges(const struct airlock_plan *plan) {
  if (injected(plan, AIRLOCK_STEP_NO_NEW_PRIVILEGES, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return fail(AIRLOCK_STEP_NO_NEW_PRIVILEGES);
  return OK;
}

static struct failure install_filter(const struct airlock_plan *plan, int *listener) {
  // The kernel lets a process have one listener, its ancestors' counted: a slot's has to be its own. And a filter of the
  // zygote's that refused a call would keep it from the slot's listener, and so from being counted and judged.
  if (plan->role == AIRLOCK_ROLE_ZYGOTE) return OK;
  struct sock_fprog program = {.len = plan->filter_length, .filter = (struct sock_filter *)plan->filter};
  if (injected(plan, AIRLOCK_STEP_SECCOMP, 0)) return fail(AIRLOCK_STEP_SECCOMP);
  *listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  return *listener < 0 ? fail(AIRLOCK_STEP_SECCOMP) : OK;
}

struct failure restrict_self(const struct airlock_plan *plan, pid_t init, int *channel, int trace, int *listener) {
  struct failure failure;
  if ((failure = start_session(plan, init)).step) return failure;
  if ((failure = give_descriptors(plan, channel, trace)).step) return failure;
  if (injected(plan, AIRLOCK_STEP_WORKING_DIRECTORY, 0) || chdir(plan->scratch) != 0)
    return fail(AIRLOCK_STEP_WORKING_DIRECTORY);
  if ((failure = set_rlimits(plan)).step) return failure;
  if ((failure = drop_capabilities(plan, 0)).step) return failure;
  if ((failure = forbid_new_privileges(plan)).step) return failure;
  if (plan->landlock_abi > 0 && (failure = restrict_paths(plan)).step) return failure;
  if ((failure = install_filter(plan, listener)).step) return failure;
  // From here on only calls that the filter knows. The new table leaves init the listener and closes all else.
  if (injected(plan, AIRLOCK_STEP_DESCRIPTORS, 2 + CHANNEL) ||
      syscall(SYS_close_range, CHANNEL + 1, ~0U, CLOSE_RANGE_UNSHARE) != 0)
    return fail(AIRLOCK_STEP_DESCRIPTORS);
  return OK;
}

_Noreturn void run_payload(const struct airlock_plan *plan, struct inheritance inherited) {
  struct payload_message message = {.listener = -1};
  int channel = inherited.channel;
  struct failure failure = restrict_self(plan, inherited.init, &channel, inherited.trace, &message.listener);
  message.step = failure.step;
  message.error = failure.error;
  if (write(channel, &message, sizeof message) == sizeof message && !failure.step) {
    if (!injected(plan, AIRLOCK_STEP_EXEC, 0))
      syscall(SYS_execve, plan->executable, plan->arguments, plan->environment);
    message = (struct payload_message){.step = AIRLOCK_STEP_EXEC, .error = errno, .listener = -1};
    while (write(channel, &message, sizeof message) < 0 && errno == EINTR) continue;
  }
  _exit(70);
}
