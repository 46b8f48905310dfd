// The launcher alone, under AddressSanitizer and UndefinedBehaviorSanitizer: a launch that runs, one for each step
// that is made to fail, and the end of a run by the host. Run by `make check`.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "airlock_launcher.h"

static int failures = 0;

static void expect(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "launcher_test: %s\n", what);
  failures++;
}

static int raised(int descriptor) {
  int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  close(descriptor);
  return higher;
}

/// A plan that runs /bin/sh under portable isolation with a filter that hands execve to init and allows the rest.
static struct airlock_plan plan_for(const char *command, int output) {
  static struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 59 /* execve on x86-64 */, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0x7fc00000U /* SECCOMP_RET_USER_NOTIF */),
      BPF_STMT(BPF_RET | BPF_K, 0x7fff0000U /* SECCOMP_RET_ALLOW */),
  };
  static const char *arguments[4] = {"sh", "-c", NULL, NULL};
  static const char *environment[] = {"A=1", NULL};
  static const struct airlock_rlimit limits[] = {{RLIMIT_CORE, 0, 0}, {RLIMIT_CPU, 10, 11}};
  static const struct airlock_path_rule rules[] = {{"/usr", false}, {"/lib", false}, {"/bin", false}, {"/tmp", true}};
  arguments[2] = command;
  struct airlock_plan plan = airlock_empty_plan();
  plan.host_uid = geteuid();
  plan.host_gid = getegid();
  plan.scratch = "/tmp";
  plan.executable = "/bin/sh";
  plan.arguments = arguments;
  plan.environment = environment;
  plan.null_input = raised(open("/dev/null", O_RDWR | O_CLOEXEC));
  plan.output = plan.errors = plan.replies = plan.requests = output;
  plan.rlimits = limits;
  plan.rlimit_count = 2;
  plan.cpu_limit_ns = 5000000000ULL;
  plan.landlock_abi = airlock_landlock_abi();
  plan.path_rules = rules;
  plan.path_rule_count = 4;
  plan.filter = filter;
  plan.filter_length = 4;
  plan.verdicts[59].action = AIRLOCK_STARTUP_ONLY;
  plan.max_refused_processes = 1;
  return plan;
}

static bool ignoring = false;

/// Launches, optionally asks for the end, and returns the last report; `text` is what the child wrote.
static struct airlock_report run(const char *command, uint32_t fail_at, bool end, char *text, size_t size) {
  int ends[2];
  expect(airlock_pipe(ends) == 0, "pipe");
  int output = raised(ends[1]);
  struct airlock_plan plan = plan_for(command, output);
  plan.fail_at = fail_at;
  struct airlock_child child;
  struct airlock_report last = {.event = 0};
  int error = 0;
  uint32_t step = airlock_launch(&plan, &child, &error);
  close(output);
  close(plan.null_input);
  if (step) {
    last.event = AIRLOCK_EVENT_FAILED;
    last.step = step;
    last.error = error;
  } else {
    if (end) expect(write(child.control, "k", 1) == 1, "control");
    struct airlock_report report;
    while (read(child.report, &report, sizeof report) == sizeof report)
      if (report.event == AIRLOCK_EVENT_FAILED || report.event == AIRLOCK_EVENT_ENDED) last = report;
    int status;
    pid_t reaped = waitpid(child.pid, &status, 0);
    expect(reaped == child.pid || ignoring, "init is reaped");
    close(child.control);
    close(child.report);
    close(child.pidfd);
  }
  ssize_t count = text ? read(ends[0], text, size - 1) : 0;
  if (text) text[count > 0 ? count : 0] = 0;
  close(ends[0]);
  return last;
}

static struct airlock_report run_ignoring(const char *command) {
  ignoring = true;
  struct airlock_report report = run(command, 0, false, NULL, 0);
  ignoring = false;
  return report;
}

#ifndef __SANITIZE_ADDRESS__
/// Whether a process's writable memory holds `needle`.
static bool memory_holds(pid_t pid, const char *needle, size_t length) {
  char path[64], line[512];
  static char page[1 << 16];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  bool found = false;
  expect(maps && memory >= 0, "init's memory can be looked at");
  while (maps && memory >= 0 && !found && fgets(line, sizeof line, maps)) {
    unsigned long start, end;
    char permissions[5];
    if (sscanf(line, "%lx-%lx %4s", &start, &end, permissions) != 3 || permissions[1] != 'w') continue;
    for (unsigned long at = start; at < end && !found; at += sizeof page / 2) {
      ssize_t count = pread(memory, page, sizeof page, (off_t)at);
      found = count > 0 && memmem(page, (size_t)count, needle, length) != NULL;
    }
  }
  if (maps) fclose(maps);
  if (memory >= 0) close(memory);
  memset(page, 0, sizeof page);
  return found;
}

/// Init is a fork of the host, and must not keep what the host knows.
static void check_memory(void) {
  if (geteuid() != 0) {
    puts("launcher: init's memory was not looked at: that takes root");
    return;
  }
  // Made at run time and only on the heap: the constant is not in the program.
  enum { LENGTH = 64 };
  char *secret = malloc(4096);
  for (int index = 0; index < LENGTH; index++) secret[1024 + index] = (char)('A' + (index * 7 + getpid()) % 26);
  expect(memory_holds(getpid(), secret + 1024, LENGTH), "the host's memory holds the secret");
  int ends[2];
  expect(airlock_pipe(ends) == 0, "pipe");
  int output = raised(ends[1]);
  struct airlock_plan plan = plan_for("sleep 5", output);
  struct airlock_child child;
  int error = 0;
  expect(airlock_launch(&plan, &child, &error) == 0, "launch");
  struct airlock_report report;
  expect(read(child.report, &report, sizeof report) == sizeof report && report.event == AIRLOCK_EVENT_STARTED,
         "the launch is reported");
  expect(!memory_holds(child.pid, secret + 1024, LENGTH), "init keeps a secret of the host's");
  close(child.control);
  int status;
  waitpid(child.pid, &status, 0);
  close(child.report), close(child.pidfd), close(output), close(plan.null_input), close(ends[0]);
  free(secret);
}
#endif

static void *all(void *unused) {
  (void)unused;
  char text[256];
  struct airlock_report report = run("echo hello $A; exit 3", 0, false, text, sizeof text);
  expect(report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == 3, "a script's exit is reported");
  expect(strcmp(text, "hello 1\n") == 0, "a script's output arrives");

  report = run("while :; do :; done", 0, true, NULL, 0);
  expect(report.event == AIRLOCK_EVENT_ENDED && report.cause == AIRLOCK_CAUSE_HOST, "the host ends a run");
  expect(WTERMSIG(report.wait_status) == SIGKILL, "by SIGKILL");

  const uint32_t steps[] = {
      AIRLOCK_STEP_CLONE,       AIRLOCK_STEP_WAIT_FOR_HOST, AIRLOCK_STEP_IDENTITY,          AIRLOCK_STEP_PARENT_DEATH,
      AIRLOCK_STEP_SUBREAPER,   AIRLOCK_STEP_FORK_PAYLOAD,  AIRLOCK_STEP_SESSION,           AIRLOCK_STEP_DESCRIPTORS,
      AIRLOCK_STEP_RLIMITS,     AIRLOCK_STEP_CAPABILITIES,  AIRLOCK_STEP_NO_NEW_PRIVILEGES, AIRLOCK_STEP_LANDLOCK,
      AIRLOCK_STEP_SECCOMP,     AIRLOCK_STEP_EXEC,          AIRLOCK_STEP_FORGET_HOST,       AIRLOCK_STEP_WORKING_DIRECTORY};
  for (size_t index = 0; index < sizeof steps / sizeof *steps; index++) {
    report = run("echo ran", steps[index], false, text, sizeof text);
    expect(report.event == AIRLOCK_EVENT_FAILED && report.step == steps[index], airlock_step_name(steps[index]));
    expect(text[0] == 0, "nothing ran");
  }
#ifndef __SANITIZE_ADDRESS__
  check_memory();
#endif
  // With SIGCHLD ignored a careless init would see nothing of the script's end.
  signal(SIGCHLD, SIG_IGN);
  report = run_ignoring("exit 3");
  expect(report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == 3, "an exit with SIGCHLD ignored");
  signal(SIGCHLD, SIG_DFL);
  expect(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
  return NULL;
}

int main(void) {
  // Init keeps the stack it was forked on and empties the rest: as in the product, that is a thread's.
  pthread_t thread;
  if (pthread_create(&thread, NULL, all, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  if (failures == 0) puts("launcher: all launches and failures as expected, under the sanitizers");
  return failures != 0;
}
