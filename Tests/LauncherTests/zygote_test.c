// The warm path's C under AddressSanitizer and UndefinedBehaviorSanitizer: a zygote of the stub interpreter and its
// slots, as the product uses them, to every end that they can come to. Built and run by scripts/check-launcher.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "launches.h"
#include "modes.h"
#include "slots.h"

static struct slot usual_slot(const struct airlock_zygote *zygote) {
  struct airlock_plan plan = slot_plan();
  return waiting_slot(zygote->requests, &plan);
}

static void expect_hello(struct slot *slot, const char *when) {
  give_script(slot, "hello");
  finish(slot);
  expect_ending(&endings[0], &slot->last, when);
  expect(strcmp(slot->output, "hello 1\n") == 0, "%s: it wrote '%s'", when, slot->output);
}

/// Each mode ends as it does cold.
static void check_ends(const struct airlock_zygote *zygote) {
  for (const struct ending *ending = endings; ending->mode; ending++) {
    struct slot slot = usual_slot(zygote);
    give_script(&slot, ending->mode);
    finish(&slot);
    expect_ending(ending, &slot.last, "slot");
    expect(strcmp(slot.requests, "locked") == 0, "%s: it asked for '%s'", ending->mode, slot.requests);
    bool is_traced = strcmp(ending->mode, "denied") == 0 || strcmp(ending->mode, "processes") == 0 ||
                     strcmp(ending->mode, "refusals") == 0;
    expect((slot.traces > 0) == is_traced && strcmp(slot.trace, is_traced ? "a line\n" : "") == 0,
           "%s: %u traces, the last is '%s'", ending->mode, slot.traces, slot.trace);
  }
  struct slot slot = usual_slot(zygote);
  pid_t init = number_of(slot.child.pidfd);
  expect(handled_signals(init) == 0 && handled_signals(child_of(init)) != 0,
         "the zygote's handlers are its slot's alone");
  expect_hello(&slot, "slot");
}

/// What a slot's init watches besides calls.
static void check_limits(const struct airlock_zygote *zygote) {
  static const struct ending cpu = {"spin", AIRLOCK_CAUSE_CPU, -1, SIGKILL};
  static const struct ending threads = {"threads", AIRLOCK_CAUSE_PROCESSES, -1, SIGKILL};
  struct airlock_plan plan = slot_plan();
  plan.cpu_limit_ns = 20000000;
  struct slot slot = waiting_slot(zygote->requests, &plan);
  give_script(&slot, cpu.mode);
  finish(&slot);
  expect_ending(&cpu, &slot.last, "slot");
  plan = slot_plan();
  plan.tasks = AIRLOCK_TASKS_THREADS;
  plan.max_tasks = 3;
  slot = waiting_slot(zygote->requests, &plan);
  give_script(&slot, threads.mode);
  finish(&slot);
  expect_ending(&threads, &slot.last, "slot");
  slot = waiting_slot(zygote->requests, &plan);
  expect_hello(&slot, "a slot whose threads are watched");
}

static void check_together(const struct airlock_zygote *zygote) {
  enum { COUNT = 12 };
  static struct slot slots[COUNT];
  const struct ending *ending = endings;
  struct airlock_plan plan = slot_plan();
  int error;
  for (int index = 0; index < COUNT; index++)
    expect(ask_for(&slots[index], zygote->requests, &plan, NULL, &error) == AIRLOCK_STEP_NONE, "request %d", index);
  for (int index = 0; index < COUNT; index++)
    if (take_answer(&slots[index], zygote->requests)) begin(&slots[index]);
  for (int index = 0; index < COUNT; index++) expect(await_lock(&slots[index]), "slot %d waits", index);
  expect_descendants(ZYGOTE_PROCESSES + 2 * COUNT, "slots at once");
  for (int index = 0; index < COUNT; index++, ending++) {
    if (!ending->mode) ending = endings;
    give_script(&slots[index], ending->mode);
  }
  // Not in the order in which they were made.
  for (int index = COUNT - 1; index >= 0; index--) {
    finish(&slots[index]);
    expect_ending(&endings[index % (COUNT / 2)], &slots[index].last, "slots at once");
  }
}

enum moment { UNBEGUN, BEGUN, WAITING, RUNNING, MOMENTS };
enum way { WORD, CLOSED, INIT_KILLED, SCRIPT_KILLED, WAYS };

static struct slot slot_at(enum moment moment, const struct airlock_zygote *zygote) {
  struct airlock_plan plan = slot_plan();
  struct slot slot;
  int error;
  expect(ask_for(&slot, zygote->requests, &plan, NULL, &error) == AIRLOCK_STEP_NONE, "a request");
  if (take_answer(&slot, zygote->requests) && moment >= BEGUN) begin(&slot);
  if (moment >= WAITING) expect(await_lock(&slot), "a slot waits");
  if (moment >= RUNNING) give_script(&slot, "spin");
  return slot;
}

/// The host ends a slot, or somebody else does, at any time.
static void check_early_ends(const struct airlock_zygote *zygote) {
  for (enum moment moment = UNBEGUN; moment < MOMENTS; moment++)
    for (enum way way = WORD; way < WAYS; way++) {
      // Before init begins, any word is the one it waits for; before it waits, there may be no script to kill.
      if ((way == WORD && moment == UNBEGUN) || (way == SCRIPT_KILLED && moment < WAITING)) continue;
      struct slot slot = slot_at(moment, zygote);
      if (way == WORD) expect(write(slot.child.control, "k", 1) == 1, "the host's word arrives");
      if (way == CLOSED) {
        close(slot.child.control);
        slot.child.control = -1;
      }
      if (way == INIT_KILLED) expect(airlock_kill(slot.child.pidfd) == 0, "init is killed");
      if (way == SCRIPT_KILLED) expect(kill(child_of(number_of(slot.child.pidfd)), SIGKILL) == 0, "it is killed");
      finish(&slot);
      bool by_host = slot.last.event == AIRLOCK_EVENT_ENDED && slot.last.cause == AIRLOCK_CAUSE_HOST &&
                     WIFSIGNALED(slot.last.wait_status) && WTERMSIG(slot.last.wait_status) == SIGKILL;
      bool as_expected;
      if (way == INIT_KILLED)
        as_expected = slot.last.event == 0;
      else if (way == SCRIPT_KILLED)
        as_expected = slot.last.event == AIRLOCK_EVENT_ENDED && slot.last.cause == AIRLOCK_CAUSE_NONE &&
                      WIFSIGNALED(slot.last.wait_status);
      else if (moment == UNBEGUN)
        as_expected = slot.last.event == AIRLOCK_EVENT_FAILED && slot.last.step == AIRLOCK_STEP_WAIT_FOR_HOST;
      else
        // A host that is gone while init is being made is told nothing.
        as_expected = by_host || (moment == BEGUN && way == CLOSED && slot.last.event == 0);
      expect(as_expected, "moment %u, way %u: event %u, step %s, cause %u, status %x", moment, way, slot.last.event,
             airlock_step_name(slot.last.step), slot.last.cause, (unsigned)slot.last.wait_status);
      expect(slot.output[0] == 0, "moment %u, way %u: it wrote '%s'", moment, way, slot.output);
    }
  // And at moments that nobody chose.
  for (unsigned after = 0; after < 40; after++) {
    struct slot slot = slot_at(BEGUN, zygote);
    usleep(after * 100);
    expect(airlock_kill(slot.child.pidfd) == 0, "init is killed");
    finish(&slot);
    expect(slot.last.event == 0, "killed after %u00 us: event %u", after, slot.last.event);
  }
}

enum zygote_end { ITS_INIT_KILLED, ZYGOTE_KILLED, SOCKET_CLOSED, ZYGOTE_ENDS };

/// All slots end with their zygote, those too of which nobody has heard yet.
static void check_end_with_slots(enum zygote_end end) {
  int descriptors = descriptors_of(getpid()), error, pidfd;
  struct airlock_zygote zygote = ready_zygote();
  struct slot slots[MOMENTS + 1];
  struct airlock_slot_answer answer;
  for (enum moment moment = UNBEGUN; moment < MOMENTS; moment++) slots[moment] = slot_at(moment, &zygote);
  struct airlock_plan plan = slot_plan();
  expect(ask_for(&slots[MOMENTS], zygote.requests, &plan, NULL, &error) == AIRLOCK_STEP_NONE, "a request");
  if (end == SOCKET_CLOSED) expect(take_answer(&slots[MOMENTS], zygote.requests), "its answer");
  if (end == ITS_INIT_KILLED) expect(airlock_kill(zygote.child.pidfd) == 0, "the zygote's init is killed");
  if (end == ZYGOTE_KILLED) expect(kill(child_of(zygote.child.pid), SIGKILL) == 0, "the zygote is killed");
  while (end != SOCKET_CLOSED && airlock_take_slot_answer(zygote.requests, &answer, &pidfd))
    if (pidfd >= 0) slots[MOMENTS].child.pidfd = pidfd;
  char words[256];
  struct airlock_report last = end_zygote(&zygote, words);
  int status = last.wait_status;
  expect(end == ITS_INIT_KILLED ? last.event == 0
                                : last.event == AIRLOCK_EVENT_ENDED &&
                                      (end == ZYGOTE_KILLED ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                                                            : WIFEXITED(status) && WEXITSTATUS(status) == 0),
         "end %u of a zygote: event %u, status %x", end, last.event, (unsigned)status);
  expect(words[0] == 0, "end %u: the zygote said '%s'", end, words);
  // A descriptor of it that is in no answer any more is only the kernel's.
  expect_descendants(0, "the end of a zygote");
  for (int index = 0; index <= MOMENTS; index++) {
    finish(&slots[index]);
    expect(slots[index].last.event != AIRLOCK_EVENT_ENDED || slots[index].last.cause == AIRLOCK_CAUSE_NONE,
           "end %u, slot %d: cause %u", end, index, slots[index].last.cause);
    expect(slots[index].output[0] == 0, "end %u, slot %d: it wrote '%s'", end, index, slots[index].output);
  }
  expect_nothing_left("the end of a zygote", descriptors);
}

/// What an interpreter is turned away for.
static void check_complaints(void) {
  static const struct {
    const char *mode;
    rlim_t descriptors;
    bool is_ready;
    const char *words;
  } cases[] = {
      {"threaded", 0, false, "a module that was imported has started a thread\n"},
      {"serve", 14, false, "the descriptors cannot be put in order\n"},
      {"serve", 22, true, "a request without its descriptors\n"},
  };
  for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
    int descriptors = descriptors_of(getpid()), error = 0;
    struct airlock_plan plan = zygote_plan(cases[index].mode), slots = slot_plan();
    struct airlock_rlimit limits[24];
    memcpy(limits, plan.rlimits, plan.rlimit_count * sizeof *limits);
    limits[plan.rlimit_count] =
        (struct airlock_rlimit){RLIMIT_NOFILE, cases[index].descriptors, cases[index].descriptors};
    plan.rlimits = limits;
    if (cases[index].descriptors) plan.rlimit_count++;
    struct airlock_zygote zygote;
    struct slot slot;
    expect(start_zygote(&plan, &zygote, &error) == AIRLOCK_STEP_NONE, "a zygote: %s", strerror(error));
    expect(is_ready(&zygote) == cases[index].is_ready, "complaint %zu", index);
    if (cases[index].is_ready) {
      int pidfd;
      expect(ask_for(&slot, zygote.requests, &slots, NULL, &error) == AIRLOCK_STEP_NONE, "a request");
      expect(!airlock_take_slot_answer(zygote.requests, &slot.answer, &pidfd), "no answer comes");
      finish(&slot);
    }
    expect_end(&zygote, 70, cases[index].words, "complaint");
    expect_nothing_left("complaint", descriptors);
  }
}

#ifndef __SANITIZE_ADDRESS__
/// A slot's init is a fork of the zygote, and needs none of its memory.
static void check_memory(const struct airlock_zygote *zygote) {
  if (geteuid() != 0) {
    puts("zygote: the memory of a slot's init was not looked at: that takes root");
    return;
  }
  char secret[SECRET_BYTES];
  make_secret(secret);
  struct slot slot = usual_slot(zygote);
  pid_t init = number_of(slot.child.pidfd);
  expect(memory_holds(child_of(init), secret, sizeof secret), "a slot's interpreter has its zygote's memory");
  expect(!memory_holds(init, secret, sizeof secret), "a slot's init keeps its zygote's memory");
  expect_hello(&slot, "a slot that was looked at");
}
#endif

static void *all(void *unused) {
  with_zygote("ends", check_ends);
  with_zygote("limits", check_limits);
  with_zygote("at once", check_together);
  with_zygote("early ends", check_early_ends);
  for (enum zygote_end end = ITS_INIT_KILLED; end < ZYGOTE_ENDS; end++) check_end_with_slots(end);
  check_complaints();
  check_zygote_faults();
  check_requests();
#ifndef __SANITIZE_ADDRESS__
  with_zygote("memory", check_memory);
#endif
  return unused;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  folder = arguments[1];
  // What hangs is a failure.
  alarm(120);
  // As on the product's threads: a slot may be gone when it is spoken to.
  signal(SIGPIPE, SIG_IGN);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return 2;
  int obstacle = airlock_probe_namespaces(airlock_all_namespaces());
  if (obstacle) {
    printf("zygote: full isolation is not to be had here, and nothing starts warm without: %s\n", strerror(obstacle));
    return getenv("CI") != NULL;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, all, NULL) != 0) return 1;
  pthread_join(thread, NULL);
  if (failures == 0) puts("zygote: all slots, failures and broken requests as expected");
  return failures != 0;
}
