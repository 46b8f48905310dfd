// The launcher alone, under AddressSanitizer and UndefinedBehaviorSanitizer, in both levels of isolation: launches,
// refusals, limits, each place of each step that is made to fail, a kernel that gives nothing, init killed at any moment.
// Built and run by scripts/check-launcher.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "launches.h"

static const char *level(bool full) { return full ? "full" : "portable"; }

static void check_ends(bool full) {
  for (const struct ending *ending = endings; ending->mode; ending++) {
    char text[256];
    struct airlock_report report = run(ending->mode, full, (struct variation){0}, text);
    expect_ending(ending, &report, level(full));
    if (ending == endings) expect(strcmp(text, "hello 1\n") == 0, "%s: it wrote '%s'", level(full), text);
  }
  struct airlock_report report = run("spin", full, (struct variation){.end = true}, NULL);
  expect(report.event == AIRLOCK_EVENT_ENDED && report.cause == AIRLOCK_CAUSE_HOST, "the host ends a run");
  report = run("spin", full, (struct variation){.cpu_limit_ns = 20000000}, NULL);
  expect(report.event == AIRLOCK_EVENT_ENDED && report.cause == AIRLOCK_CAUSE_CPU, "the CPU limit ends a run");
  // With SIGCHLD ignored a careless init would see nothing of the script's end.
  signal(SIGCHLD, SIG_IGN);
  ignoring = true;
  report = run("hello", full, (struct variation){0}, NULL);
  expect(report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == 3, "an exit with SIGCHLD ignored");
  ignoring = false;
  signal(SIGCHLD, SIG_DFL);
}

static bool is_of_namespaces(uint32_t step) {
  static const uint32_t steps[] = {AIRLOCK_STEP_ID_MAP, AIRLOCK_STEP_OPEN_SOURCE, AIRLOCK_STEP_PRIVATE_MOUNTS,
                                   AIRLOCK_STEP_ROOT,   AIRLOCK_STEP_BIND,        AIRLOCK_STEP_SCRATCH,
                                   AIRLOCK_STEP_PIVOT,  AIRLOCK_STEP_OLD_ROOT,    AIRLOCK_STEP_HOSTNAME};
  for (size_t index = 0; index < sizeof steps / sizeof *steps; index++)
    if (steps[index] == step) return true;
  return false;
}

/// Every place of every step fails: the report names the step, and but for the last place of the watch nothing ran.
///
/// @return how many places there are.
static int check_faults(bool full) {
  int places = 0;
  for (uint32_t step = AIRLOCK_STEP_CLONE; step < AIRLOCK_STEP_COUNT; step++) {
    uint32_t place = 0;
    for (; place < 64; place++) {
      char text[256];
      struct airlock_report report =
          run("hello", full, (struct variation){.fail_at = step, .fail_place = place}, text);
      if (report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == 3) break;
      expect(report.event == AIRLOCK_EVENT_FAILED && report.step == step, "%s, place %u of %s: event %u, step %s", level(full),
             place, airlock_step_name(step), report.event, airlock_step_name(report.step));
      bool has_run = step == AIRLOCK_STEP_MONITOR && place == 2;
      // The interpreter may have been started before init left the old root and let go of its privileges; it has been
      // given no script then.
      bool may_run = ((step == AIRLOCK_STEP_CAPABILITIES || step == AIRLOCK_STEP_FORGET_HOST) && place == 1) ||
                     (step == AIRLOCK_STEP_OLD_ROOT && place == 0);
      expect(may_run || has_run == (text[0] != 0), "%s, place %u of %s: it wrote '%s'", level(full), place,
             airlock_step_name(step), text);
    }
    bool applies = full || !is_of_namespaces(step);
    expect(applies ? place > 0 && place < 64 : place == 0, "%s: %s has %u places", level(full), airlock_step_name(step), place);
    places += (int)place;
  }
  return places;
}

/// With too few descriptors a launch fails by name or does its work.
static void check_descriptors(bool full) {
  int failed = 0;
  for (int limit = 1; limit < 40; limit++) {
    struct airlock_report report = run("hello", full, (struct variation){.descriptors = limit}, NULL);
    bool ran = report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == 3;
    failed += !ran;
    expect(ran || (report.event == AIRLOCK_EVENT_FAILED && (report.error == EMFILE || report.error == EINVAL || report.error == EBADF)),
           "%s, %d descriptors: event %u, step %s, %s", level(full), limit, report.event, airlock_step_name(report.step),
           strerror(report.error));
  }
  expect(failed > 0 && failed < 39, "%s: %d of 39 failed", level(full), failed);
}

/// A user who may have no further process.
static void check_no_process(bool full) {
  pid_t pid = fork();
  if (pid == 0) {
    struct rlimit none = {0, 0};
    if ((geteuid() == 0 && (setresgid(64999, 64999, 64999) != 0 || setresuid(64999, 64999, 64999) != 0)) ||
        setrlimit(RLIMIT_NPROC, &none) != 0)
      _exit(1);
    failures = 0;
    struct airlock_report report = run("hello", full, (struct variation){0}, NULL);
    _exit(failures || report.step != AIRLOCK_STEP_CLONE || report.error != EAGAIN ? 2 : 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s, no process: status %x", level(full), (unsigned)status);
}

static void ignore(int number) { (void)number; }

static void without_clone3(bool full) {
  refuse_clone3();
  for (int index = 0; index < 2; index++) {
    struct airlock_report report = run(index ? "surroundings" : "hello", full, (struct variation){0}, NULL);
    expect(report.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(report.wait_status) == (index ? 0 : 3),
           "%s, without clone3: event %u, step %s, %s", level(full), report.event, airlock_step_name(report.step),
           strerror(report.error));
  }
  // What clone3 does to handlers has to be done by hand.
  signal(SIGUSR1, ignore);
  int output = raised(open("/dev/null", O_RDWR | O_CLOEXEC));
  struct airlock_plan plan = plan_for("spin", full, output);
  struct airlock_child child;
  int error = 0;
  expect(airlock_launch(&plan, &child, &error) == 0, "launch: %s", strerror(error));
  struct airlock_report report;
  expect(read(child.report, &report, sizeof report) == sizeof report && report.event == AIRLOCK_EVENT_STARTED,
         "the launch is reported");
  expect(handled_signals(getpid()) != 0 && handled_signals(child.pid) == 0, "%s: init keeps the host's handlers", level(full));
  close(child.control);
  int status;
  waitpid(child.pid, &status, 0);
}

static void check_without_clone3(bool full) {
  pid_t pid = fork();
  if (pid == 0) {
    // What the parent launched is the parent's to reap.
    failures = 0;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) _exit(2);
    without_clone3(full);
    _exit(failures != 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s, no clone3: status %x", level(full), (unsigned)status);
}

/// An ordinary user's probe comes to the same each time, however soon its child ends.
static void check_probe(void) {
  pid_t pid = fork();
  if (pid == 0) {
    if (geteuid() == 0 && (setresgid(64999, 64999, 64999) != 0 || setresuid(64999, 64999, 64999) != 0)) _exit(2);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    int first = airlock_probe_namespaces(airlock_all_namespaces());
    for (int index = 0; index < 200; index++)
      if (airlock_probe_namespaces(airlock_all_namespaces()) != first) _exit(3);
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the probe of namespaces: status %x", (unsigned)status);
}

/// Init dies at any moment: nothing that it started lives on. `run` looks.
static void check_deaths(bool full) {
  for (unsigned moment = 0; moment < 60; moment++)
    run("spin", full, (struct variation){.kill = true, .kill_after_us = moment * 100}, NULL);
}

#ifndef __SANITIZE_ADDRESS__
/// Init is a fork of the host, and must not keep what the host knows.
static void check_memory(bool full) {
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
  struct airlock_plan plan = plan_for("spin", full, output);
  struct airlock_child child;
  int error = 0;
  expect(airlock_launch(&plan, &child, &error) == 0, "launch: %s", strerror(error));
  struct airlock_report report;
  expect(read(child.report, &report, sizeof report) == sizeof report && report.event == AIRLOCK_EVENT_STARTED,
         "the launch is reported");
  expect(!memory_holds(child.pid, secret + 1024, LENGTH), "%s: init keeps a secret of the host's", level(full));
  close(child.control);
  int status;
  waitpid(child.pid, &status, 0);
  close(child.report), close(child.pidfd), close(output), close(plan.null_input), close(ends[0]);
  free(secret);
}
#endif

static void check_names(void) {
  for (uint32_t step = 0; step < AIRLOCK_STEP_COUNT; step++)
    expect(airlock_step_name(step) && airlock_step_name(step)[0], "step %u has a name", step);
  expect(strcmp(airlock_step_name(AIRLOCK_STEP_COUNT), "unknown") == 0, "no name beyond the last step");
}

static void *all(void *unused) {
  (void)unused;
  check_names();
  expect(airlock_probe_listener() == 0, "a filter with a listener can be installed");
  check_probe();
  int obstacle = airlock_probe_namespaces(airlock_all_namespaces());
  if (obstacle) printf("launcher: full isolation is not to be had here: %s\n", strerror(obstacle));
  expect(!obstacle || !getenv("CI"), "in continuous integration nothing is left out");
  for (int full = 0; full <= (obstacle ? 0 : 1); full++) {
    check_ends(full);
    int places = check_faults(full);
    printf("launcher: %s: %d places of the launch made to fail\n", level(full), places);
    check_descriptors(full);
    check_no_process(full);
    check_without_clone3(full);
    check_deaths(full);
#ifndef __SANITIZE_ADDRESS__
    check_memory(full);
#endif
  }
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  // What hangs is a failure.
  alarm(120);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return 2;
  // Init keeps the stack it was forked on and empties the rest: as in the product, that is a thread's.
  pthread_t thread;
  if (pthread_create(&thread, NULL, all, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  if (failures == 0) puts("launcher: all launches and failures as expected");
  return failures != 0;
}
