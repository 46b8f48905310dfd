#define _GNU_SOURCE
#include "launches.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"

const char *folder;
bool ignoring = false;
int failures = 0;

void expect(bool condition, const char *format, ...) {
  if (condition) return;
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  if (++failures < 50) return;
  fputs("That is enough.\n", stderr);
  _exit(1);
}

int raised(int descriptor) {
  int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  close(descriptor);
  return higher;
}

/// A filter that hands these calls to init and allows the rest.
#define HANDED(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0x7fc00000U)
static struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
    HANDED(SYS_execve),
    HANDED(SYS_getpriority),
    HANDED(SYS_getpgid),
    HANDED(SYS_setpriority),
    HANDED(SYS_ptrace),
    HANDED(SYS_clone),
    BPF_STMT(BPF_RET | BPF_K, 0x7fff0000U /* SECCOMP_RET_ALLOW */),
};

static void add_view(struct airlock_plan *plan, bool full, bool is_root) {
  static char executable[512], view[512], scratch[512], library[512];
  static struct airlock_path_rule rules[2];
  static struct airlock_bind binds[2];
  snprintf(executable, sizeof executable, "%s/payload", full ? "" : folder);
  snprintf(scratch, sizeof scratch, "%s", full ? "/tmp" : folder);
  if (!full) strncat(scratch, "/scratch", sizeof scratch - strlen(scratch) - 1);
  snprintf(view, sizeof view, "%s/view", folder);
  snprintf(library, sizeof library, "%s/library", folder);
  rules[0] = (struct airlock_path_rule){full ? "/" : executable, false};
  rules[1] = (struct airlock_path_rule){scratch, true};
  binds[0] = (struct airlock_bind){library, "/library", false};
  binds[1] = (struct airlock_bind){"/dev/null", "/dev/null", true};
  plan->executable = executable;
  plan->scratch = scratch;
  plan->path_rules = rules;
  plan->path_rule_count = 2;
  plan->host_uid = is_root ? 65534 : geteuid();
  plan->host_gid = is_root ? 65534 : getegid();
  plan->change_identity = is_root;
  if (!full) return;
  plan->namespaces = airlock_all_namespaces();
  plan->binds = binds;
  plan->bind_count = 2;
  plan->view = view;
  plan->mount_point = "/tmp";
  plan->scratch_options = "mode=700,size=1048576,nr_inodes=100";
}

struct airlock_plan plan_for(const char *mode, bool full, int output) {
  static const char *arguments[3] = {"payload", NULL, NULL};
  static const char *environment[] = {"A=1", NULL};
  static const struct airlock_rlimit limits[] = {{RLIMIT_CORE, 0, 0}, {RLIMIT_CPU, 10, 11}};
  arguments[1] = mode;
  struct airlock_plan plan = airlock_empty_plan();
  add_view(&plan, full, geteuid() == 0);
  plan.arguments = arguments;
  plan.environment = environment;
  plan.null_input = raised(open("/dev/null", O_RDWR | O_CLOEXEC));
  plan.output = plan.errors = plan.replies = plan.requests = output;
  plan.rlimits = limits;
  plan.rlimit_count = 2;
  plan.cpu_limit_ns = 5000000000ULL;
  plan.landlock_abi = airlock_landlock_abi();
  plan.filter = filter;
  plan.filter_length = sizeof filter / sizeof *filter;
  plan.verdicts[SYS_execve].action = AIRLOCK_STARTUP_ONLY;
  plan.verdicts[SYS_getpriority].error = EPERM;
  plan.verdicts[SYS_getpgid] = (struct airlock_verdict){AIRLOCK_STARTUP_ONLY, EPERM};
  plan.verdicts[SYS_setpriority] = (struct airlock_verdict){AIRLOCK_LOCK_DOWN, EPERM};
  plan.verdicts[SYS_ptrace].action = AIRLOCK_KILL;
  plan.verdicts[SYS_clone] = (struct airlock_verdict){AIRLOCK_NEW_PROCESS, EAGAIN};
  plan.max_refused_processes = 3;
  return plan;
}

static uint32_t launch_with(const struct airlock_plan *plan, struct airlock_child *child, int *error, int descriptors) {
  struct rlimit before, low;
  getrlimit(RLIMIT_NOFILE, &before);
  low = (struct rlimit){.rlim_cur = descriptors ? (rlim_t)descriptors : before.rlim_cur, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  uint32_t step = airlock_launch(plan, child, error);
  setrlimit(RLIMIT_NOFILE, &before);
  return step;
}

static struct airlock_report follow(struct airlock_child child, struct variation variation) {
  struct airlock_report report, last = {.event = 0};
  if (variation.end) expect(write(child.control, "k", 1) == 1, "the host's word arrives");
  if (variation.kill) {
    usleep(variation.kill_after_us);
    expect(airlock_kill(child.pidfd) == 0, "init is killed");
  }
  while (read(child.report, &report, sizeof report) == sizeof report)
    if (report.event == AIRLOCK_EVENT_FAILED || report.event == AIRLOCK_EVENT_ENDED) last = report;
  int status;
  pid_t reaped = waitpid(child.pid, &status, 0);
  expect(reaped == child.pid || ignoring, "init is reaped");
  close(child.control);
  close(child.report);
  close(child.pidfd);
  return last;
}

const struct ending endings[] = {
    {"hello", AIRLOCK_CAUSE_NONE, 3, 0},         {"refusals", AIRLOCK_CAUSE_NONE, 0, 0},
    {"surroundings", AIRLOCK_CAUSE_NONE, 0, 0},  {"denied", AIRLOCK_CAUSE_SYSCALL, -1, SIGKILL},
    {"crash", AIRLOCK_CAUSE_NONE, -1, SIGSEGV},  {"processes", AIRLOCK_CAUSE_PROCESSES, -1, SIGKILL},
    {NULL, 0, 0, 0},
};

void expect_ending(const struct ending *ending, const struct airlock_report *report, const char *where) {
  int status = report->wait_status;
  bool as_expected = ending->signal ? WIFSIGNALED(status) && WTERMSIG(status) == ending->signal
                                    : WIFEXITED(status) && WEXITSTATUS(status) == ending->code;
  expect(report->event == AIRLOCK_EVENT_ENDED && report->cause == ending->cause && as_expected,
         "%s, %s: event %u, step %s (%s), cause %u, status %x", ending->mode, where, report->event,
         airlock_step_name(report->step), strerror(report->error), report->cause, (unsigned)status);
  if (strcmp(ending->mode, "refusals") == 0)
    expect(report->refused_kinds == 3 && report->refused_counts[0] == 3, "%s: %u kinds refused", where,
           report->refused_kinds);
  if (strcmp(ending->mode, "denied") == 0)
    expect(report->syscall == SYS_ptrace, "%s: call %d", where, report->syscall);
}

void refuse_clone3(void) {
  struct sock_filter refusal[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof refusal / sizeof *refusal, .filter = refusal};
  expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0,
         "a filter: %s", strerror(errno));
  expect(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS, "clone3 is refused");
}

void expect_nothing_left(const char *when, int descriptors) {
  // This process is the subreaper of all that it launched: with no child left, nothing is.
  pid_t orphan;
  int status;
  while ((orphan = waitpid(-1, &status, 0)) > 0)
    expect(WIFSIGNALED(status) || WEXITSTATUS(status) == 70, "%s: orphan %d ended by itself", when, orphan);
  expect(errno == ECHILD, "waitpid: %s", strerror(errno));
  int left = descriptors_of(getpid());
  expect(left == descriptors, "%s: %d descriptors became %d", when, descriptors, left);
}

struct airlock_report run(const char *mode, bool full, struct variation variation, char *text) {
  int before = descriptors_of(getpid());
  int ends[2];
  expect(airlock_pipe(ends) == 0, "pipe: %s", strerror(errno));
  int output = raised(ends[1]);
  struct airlock_plan plan = plan_for(mode, full, output);
  plan.fail_at = variation.fail_at;
  // Only where there may be more than one task is there a table of them.
  if (variation.fail_at == AIRLOCK_STEP_PROCESS_TABLE) {
    plan.tasks = AIRLOCK_TASKS_THREADS;
    plan.max_tasks = 64;
  }
  plan.fail_place = variation.fail_place;
  if (variation.cpu_limit_ns) plan.cpu_limit_ns = variation.cpu_limit_ns;
  struct airlock_child child;
  struct airlock_report last = {.event = AIRLOCK_EVENT_FAILED};
  last.step = launch_with(&plan, &child, &last.error, variation.descriptors);
  close(output);
  close(plan.null_input);
  if (!last.step) last = follow(child, variation);
  // The payload holds the other end: this ends with it.
  ssize_t count, length = 0;
  char rest[256];
  while ((count = read(ends[0], rest, sizeof rest)) > 0) {
    if (!text || length + count > 255) continue;
    memcpy(text + length, rest, (size_t)count);
    length += count;
  }
  if (text) text[length] = 0;
  close(ends[0]);
  expect_nothing_left(mode, before);
  return last;
}
