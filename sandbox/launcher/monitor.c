// Init's watch over the payload: notifications, CPU time, the host's word, the end.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

#define LINGER_MS 12

#ifndef SECCOMP_USER_NOTIF_FLAG_CONTINUE
#define SECCOMP_USER_NOTIF_FLAG_CONTINUE 1
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1
#endif

/// The first cause wins.
static void note_cause(struct monitor *monitor, uint32_t cause, int number) {
  if (monitor->report.cause != AIRLOCK_CAUSE_NONE) return;
  monitor->report.cause = cause;
  monitor->report.syscall = number;
}

void kill_payload(struct monitor *monitor, uint32_t cause, int number) {
  note_cause(monitor, cause, number);
  raw(SYS_pidfd_send_signal, monitor->payload_pidfd, SIGKILL, 0, 0);
}

/// @return the call's place in the report's lists, or -1 when there is none left.
static int count_refusal(struct airlock_report *report, uint32_t number) {
  for (uint32_t index = 0; index < report->refused_kinds; index++)
    if (report->refused_numbers[index] == number) {
      report->refused_counts[index] += report->refused_counts[index] < UINT32_MAX;
      return (int)index;
    }
  if (report->refused_kinds == AIRLOCK_REFUSED_KINDS) {
    report->refused_others++;
    return -1;
  }
  report->refused_numbers[report->refused_kinds] = number;
  report->refused_counts[report->refused_kinds] = 1;
  return (int)report->refused_kinds++;
}

static bool is_lock_down(const struct seccomp_data *call) {
  return call->args[0] == 2 && call->args[1] == AIRLOCK_LOCK_MAGIC && call->args[2] == 1;
}

/// What is made of one call.
struct decision {
  struct seccomp_notif_resp reply;
  bool is_refusal;
  bool kills;
  int kind; ///< a refusal's place in the report's lists, or -1
};

/// Decides one call. The decision rests on the phase, the number and register arguments alone: what a pointer points to
/// may change after the look (seccomp_unotify(2)).
static struct decision decide(struct monitor *monitor, const struct seccomp_notif *call) {
  struct airlock_verdict verdict = {.action = AIRLOCK_REFUSE, .error = EPERM};
  int number = call->data.nr;
  if (number >= 0 && number < AIRLOCK_SYSCALLS) verdict = monitor->plan.verdicts[number];
  struct decision decision = {.reply = {.id = call->id, .error = verdict.error ? -verdict.error : -EPERM}, .kind = -1};
  // A last call that was not reported is carried out as any other.
  if (verdict.action == AIRLOCK_LAST_CALL || (verdict.action == AIRLOCK_STARTUP_ONLY && !monitor->locked)) {
    decision.reply.error = 0;
    decision.reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    return decision;
  }
  if (verdict.action == AIRLOCK_LOCK_DOWN && is_lock_down(&call->data) && !monitor->locked) {
    monitor->locked = true;
    struct airlock_report locked = {.event = AIRLOCK_EVENT_LOCKED};
    bool told = raw(SYS_write, monitor->channels.report, &locked, sizeof locked) == sizeof locked;
    decision.reply.error = told ? 0 : -EPERM;
    return decision;
  }
  decision.is_refusal = true;
  decision.kind = count_refusal(&monitor->report, (uint32_t)number);
  // Noted at once: whatever the script does while its line is asked for, the run was ended for this.
  if (verdict.action == AIRLOCK_KILL) {
    note_cause(monitor, AIRLOCK_CAUSE_SYSCALL, number);
    decision.kills = true;
  }
  if (verdict.action == AIRLOCK_NEW_PROCESS &&
      ++monitor->new_process_attempts > monitor->plan.max_refused_processes) {
    note_cause(monitor, AIRLOCK_CAUSE_PROCESSES, number);
    decision.kills = true;
  }
  return decision;
}

/// Gives a call its answer: with one that ends the run, after the kill, so that no line of the script follows.
static void answer(struct monitor *monitor, pid_t caller, struct seccomp_notif_resp *reply, bool kills) {
  if (kills) {
    kill_payload(monitor, monitor->report.cause, monitor->report.syscall);
    // In a tree another process may have made the call: it does not go on either.
    if (monitor->plan.tasks == AIRLOCK_TASKS_TREE) raw(SYS_kill, caller, SIGKILL);
  }
  // ENOENT: the caller was killed while it waited.
  raw(SYS_ioctl, monitor->listener, SECCOMP_IOCTL_NOTIF_SEND, reply);
}

/// The interpreter has said its place, or has had its time.
static void close_question(struct monitor *monitor, uint64_t id) {
  monitor->question.is_open = false;
  monitor->question.reply.id = id;
  answer(monitor, (pid_t)monitor->question.call.pid, &monitor->question.reply, monitor->question.kills);
}

static void fill_report(struct monitor *monitor, int status, const struct rusage *usage);

/// The microseconds that one of the kernel's clocks has counted for another process, as clock_getcpuclockid(3) encodes it.
static uint64_t clock_us(pid_t pid, unsigned kind) {
  struct timespec time;
  if (raw(SYS_clock_gettime, (clockid_t)((~(unsigned)pid << 3) | kind), &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/// What wait4(2) would say of a process that has not ended yet: all of its time, parted as its ticks are, as the kernel
/// does (cputime_adjust in kernel/sched/cputime.c).
static void read_cpu_usage(pid_t pid, struct rusage *usage) {
  enum { TICKS = 0, USER_TICKS = 1, ALL = 2 };
  uint64_t all = clock_us(pid, ALL), ticks = clock_us(pid, TICKS), user_ticks = clock_us(pid, USER_TICKS);
  uint64_t user = all;
  if (ticks > user_ticks) user = (uint64_t)((double)all * ((double)user_ticks / (double)ticks));
  usage->ru_utime = (struct timeval){.tv_sec = (time_t)(user / 1000000), .tv_usec = (suseconds_t)(user % 1000000)};
  all -= user;
  usage->ru_stime = (struct timeval){.tv_sec = (time_t)(all / 1000000), .tv_usec = (suseconds_t)(all % 1000000)};
}

/// Leaves the script in its last call for a moment: for the kernel to take its memory apart takes a processor for as long as
/// a few scripts take, and the next ones may be about to begin. Until the host is gone, or the call is broken off by a signal and
/// made once more.
static void linger(const struct monitor *monitor) {
  struct pollfd sources[] = {{.fd = monitor->channels.control, .events = POLLIN},
                             {.fd = monitor->listener, .events = POLLIN}};
  struct timespec moment = {.tv_nsec = LINGER_MS * 1000000L};
  raw(SYS_ppoll, sources, 2, &moment, 0, 0);
}

/// The script ends, and the host is told before it has: for the kernel to take its memory apart takes longer than most
/// scripts run. There is one thread, and it waits in this call: what it did is done, and what it wrote is in the pipes. It
/// does not go on even if a signal breaks off the wait: it is killed. Only the kernel knows of the call and its argument.
///
/// @return false where it is not known what the script took: then it ends first, as any other.
static bool report_last_call(struct monitor *monitor, const struct seccomp_notif *call) {
  int number = call->data.nr;
  if (number < 0 || number >= AIRLOCK_SYSCALLS || monitor->plan.verdicts[number].action != AIRLOCK_LAST_CALL ||
      !monitor->locked || monitor->report.cause != AIRLOCK_CAUSE_NONE || monitor->plan.tasks != AIRLOCK_TASKS_ONE)
    return false;
  struct rusage usage = {0};
  // To wake the host takes as long as to read what the script took.
  struct airlock_report ending = {.event = AIRLOCK_EVENT_ENDING};
  raw(SYS_write, monitor->channels.report, &ending, sizeof ending);
  // What goes wrong after it would not be seen any more.
  if (injected(&monitor->plan, AIRLOCK_STEP_MONITOR, 2)) return false;
  if (!read_memory_usage(&usage)) return false;
  read_cpu_usage(monitor->payload, &usage);
  // As wait(2) encodes an exit.
  fill_report(monitor, (int)(call->data.args[0] & 0xff) << 8, &usage);
  monitor->report.in_last_call = 1;
  monitor->reported = true;
  while (raw(SYS_write, monitor->channels.report, &monitor->report, sizeof monitor->report) == -EINTR) continue;
  linger(monitor);
  raw(SYS_pidfd_send_signal, monitor->payload_pidfd, SIGKILL, 0, 0);
  return true;
}

void answer_notification(struct monitor *monitor) {
  struct seccomp_notif call = {0};
  if (raw(SYS_ioctl, monitor->listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return;
  if (is_asked_about(monitor, &call)) {
    report_line(monitor);
    close_question(monitor, call.id);
    return;
  }
  // A run that is to end does not get to make another call.
  if (monitor->question.is_open && monitor->question.kills) close_question(monitor, monitor->question.call.id);
  if (report_last_call(monitor, &call)) return;
  struct decision decision = decide(monitor, &call);
  if (decision.is_refusal && ask_for_line(monitor, &call, &decision.reply, decision.kind, decision.kills)) return;
  answer(monitor, (pid_t)call.pid, &decision.reply, decision.kills);
}

/// Milliseconds until an unanswered question is given up; at that time it is. A script that does not answer once, because
/// it took the signal for itself, is not asked again.
static int check_question(struct monitor *monitor) {
  if (!monitor->question.is_open) return 1000;
  uint64_t now = monotonic_ns();
  if (now < monitor->question.deadline_ns) return (int)((monitor->question.deadline_ns - now) / 1000000 + 1);
  monitor->trace = -1;
  close_question(monitor, monitor->question.call.id);
  return 1000;
}

uint64_t cpu_time_of(pid_t pid) {
  // The process CPU clock of another process, as clock_getcpuclockid(3) encodes it.
  clockid_t clock = (clockid_t)((~(unsigned)pid << 3) | 2);
  struct timespec time;
  if (raw(SYS_clock_gettime, clock, &time) != 0) return 0;
  return (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
}

/// Milliseconds until the CPU limit can be reached at the earliest, with all threads running at once; what all processes
/// of a tree take together is `check_tasks`'s.
static int check_cpu(struct monitor *monitor) {
  uint64_t used = cpu_time_of(monitor->payload), limit = monitor->plan.cpu_limit_ns;
  if (used >= limit) {
    kill_payload(monitor, AIRLOCK_CAUSE_CPU, -1);
    return 1000;
  }
  uint64_t left = (limit - used) / 1000000 / monitor->cpus + 1;
  return left < 1000 ? (int)left : 1000;
}

/// Ends whatever outlived the payload. In a PID namespace that is everything else; without one only init's own
/// descendants may be touched, which come to it because it is their subreaper.
static void kill_stragglers(struct monitor *monitor) {
  if (monitor->plan.namespaces & CLONE_NEWPID)
    raw(SYS_kill, -1, SIGKILL);
  else
    raw(SYS_kill, -monitor->payload, SIGKILL);
}

static void add_time(struct timeval *sum, const struct timeval *more) {
  sum->tv_sec += more->tv_sec;
  sum->tv_usec += more->tv_usec;
  if (sum->tv_usec >= 1000000) sum->tv_sec++, sum->tv_usec -= 1000000;
}

void add_usage(struct rusage *sum, const struct rusage *more) {
  add_time(&sum->ru_utime, &more->ru_utime);
  add_time(&sum->ru_stime, &more->ru_stime);
  if (more->ru_maxrss > sum->ru_maxrss) sum->ru_maxrss = more->ru_maxrss;
  sum->ru_minflt += more->ru_minflt;
  sum->ru_majflt += more->ru_majflt;
}

static uint64_t without(uint64_t all, uint64_t part) { return all > part ? all - part : 0; }

static void fill_report(struct monitor *monitor, int status, const struct rusage *usage) {
  struct airlock_report *report = &monitor->report;
  const struct payload_message *before = &monitor->preparation;
  report->event = AIRLOCK_EVENT_ENDED;
  report->wait_status = status;
  report->user_us =
      without((uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec, before->user_us);
  report->system_us =
      without((uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec, before->system_us);
  report->peak_resident_bytes = (uint64_t)usage->ru_maxrss * 1024;
  report->minor_faults = without((uint64_t)usage->ru_minflt, before->minor_faults);
  report->major_faults = without((uint64_t)usage->ru_majflt, before->major_faults);
  struct statfs scratch;
  if (raw(SYS_statfs, monitor->scratch, &scratch) == 0) {
    report->scratch_free_bytes = (uint64_t)scratch.f_bavail * (uint64_t)scratch.f_bsize;
    report->scratch_free_inodes = scratch.f_ffree;
  }
}

/// On how many processors the payload's threads can run at once: it inherits init's set, and cannot widen it.
static uint64_t count_cpus(void) {
  unsigned long mask[64] = {0};
  long size = raw(SYS_sched_getaffinity, 0, sizeof mask, mask);
  uint64_t count = 0;
  for (size_t word = 0; size > 0 && word < (size_t)size / sizeof *mask; word++)
    for (unsigned long bits = mask[word]; bits; bits &= bits - 1) count++;
  return count ? count : 1;
}

struct failure monitor_payload(struct monitor *monitor) {
  monitor->cpus = count_cpus();
  // A thread that waits for init leaves it its processor (Linux 6.6): to wake another one would take longer.
  raw(SYS_ioctl, monitor->listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
  enum { CONTROL, LISTENER, PAYLOAD };
  struct pollfd sources[] = {
      {.fd = monitor->channels.control, .events = POLLIN},
      {.fd = monitor->listener, .events = POLLIN},
      {.fd = monitor->payload_pidfd, .events = POLLIN},
  };
  for (;;) {
    int wait = check_cpu(monitor), answer_wait = check_question(monitor), next_look = check_tasks(monitor);
    if (answer_wait < wait) wait = answer_wait;
    if (next_look < wait) wait = next_look;
    struct timespec timeout = {.tv_sec = wait / 1000, .tv_nsec = (wait % 1000) * 1000000L};
    if (raw(SYS_ppoll, sources, 3, &timeout, 0, 0) < 0) continue;
    if (sources[LISTENER].revents & POLLIN) answer_notification(monitor);
    if (monitor->reported) break;
    // Nobody holds the filter any more: the payload is ending.
    if (sources[LISTENER].revents & (POLLHUP | POLLERR)) sources[LISTENER].fd = -1;
    if (sources[CONTROL].revents) {
      kill_payload(monitor, AIRLOCK_CAUSE_HOST, -1);
      sources[CONTROL].fd = -1;
    }
    if (sources[PAYLOAD].revents & POLLIN) break;
  }
  int status = 0;
  struct rusage usage = {0};
  check_tasks_left(monitor);
  // Before the reaping: until then nobody else can have its number.
  kill_stragglers(monitor);
  long reaped;
  while ((reaped = raw(SYS_wait4, monitor->payload, &status, 0, &usage)) == -EINTR) continue;
  if (injected(&monitor->plan, AIRLOCK_STEP_MONITOR, 2)) return fail(AIRLOCK_STEP_MONITOR);
  if (reaped < 0) return (struct failure){AIRLOCK_STEP_MONITOR, (int)-reaped};
  // The payload's own usage holds that of the children it waited for.
  add_usage(&usage, &monitor->reaped);
  struct rusage other = {0};
  while ((reaped = raw(SYS_wait4, -1, 0, 0, &other)) > 0 || reaped == -EINTR)
    if (reaped > 0) add_usage(&usage, &other);
  if (!monitor->reported) fill_report(monitor, status, &usage);
  return OK;
}
