// Each place of each step of a zygote's launch and of a slot's making fails; and the host has too few descriptors.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "launches.h"
#include "slots.h"

static bool is_one_of(uint32_t step, const uint32_t *steps, size_t count) {
  for (size_t index = 0; index < count; index++)
    if (steps[index] == step) return true;
  return false;
}

/// @return the report of a zygote's launch: of a success, the one of its end.
static struct airlock_report launched_with_fault(uint32_t step, uint32_t place) {
  int descriptors = descriptors_of(getpid());
  struct airlock_plan plan = zygote_plan("serve");
  plan.fail_at = step;
  plan.fail_place = place;
  struct airlock_report last = {.event = AIRLOCK_EVENT_FAILED};
  struct airlock_zygote zygote;
  last.step = start_zygote(&plan, &zygote, &last.error);
  if (last.step == AIRLOCK_STEP_NONE) {
    char words[256];
    bool ready = is_ready(&zygote);
    last = end_zygote(&zygote, words);
    expect(words[0] == 0, "place %u of %s: the zygote said '%s'", place, airlock_step_name(step), words);
    expect(ready || last.event != AIRLOCK_EVENT_ENDED, "place %u of %s: nothing is said", place,
           airlock_step_name(step));
  }
  expect_nothing_left(airlock_step_name(step), descriptors);
  return last;
}

/// @return how many places there are.
static int fail_launch(void) {
  // A zygote has no filter of its own.
  static const uint32_t others[] = {AIRLOCK_STEP_SECCOMP};
  int places = 0;
  for (uint32_t step = AIRLOCK_STEP_CLONE; step < AIRLOCK_STEP_COUNT; step++) {
    uint32_t place = 0;
    for (; place < 64; place++) {
      struct airlock_report last = launched_with_fault(step, place);
      if (last.event == AIRLOCK_EVENT_ENDED && WIFEXITED(last.wait_status) && WEXITSTATUS(last.wait_status) == 0) break;
      expect(last.event == AIRLOCK_EVENT_FAILED && last.step == step,
             "zygote, place %u of %s: event %u, step %s, status %x", place, airlock_step_name(step), last.event,
             airlock_step_name(last.step), (unsigned)last.wait_status);
    }
    bool applies = !is_one_of(step, others, sizeof others / sizeof *others);
    expect(applies ? place > 0 && place < 64 : place == 0, "zygote: %s has %u places", airlock_step_name(step), place);
    places += (int)place;
  }
  return places;
}

/// @return whether this place of a slot's making is there.
static bool fails(const struct airlock_zygote *zygote, uint32_t step, uint32_t place) {
  struct airlock_plan plan = slot_plan();
  struct slot slot;
  char name[64];
  int error;
  snprintf(name, sizeof name, "%s:%u", airlock_step_name(step), place);
  expect(ask_for(&slot, zygote->requests, &plan, name, &error) == AIRLOCK_STEP_NONE, "a request");
  bool made = take_answer(&slot, zygote->requests);
  if (made) begin(&slot);
  if (made && await_lock(&slot)) give_script(&slot, "hello");
  finish(&slot);
  if (slot.last.event == AIRLOCK_EVENT_ENDED && WEXITSTATUS(slot.last.wait_status) == 3) return false;
  uint32_t failed = made ? slot.last.step : slot.answer.step;
  expect(failed == step && (!made || slot.last.event == AIRLOCK_EVENT_FAILED),
         "slot, %s: event %u, step %s, status %x", name, slot.last.event, airlock_step_name(failed),
         (unsigned)slot.last.wait_status);
  // The last place of the watch is after the end.
  bool has_run = step == AIRLOCK_STEP_MONITOR && place == 2;
  expect(slot.locked == has_run && has_run == (slot.output[0] != 0), "slot, %s: it wrote '%s'", name, slot.output);
  // The interpreter's own steps: without one of them it does not go on, whatever init does.
  bool is_own = step >= AIRLOCK_STEP_SESSION && step <= AIRLOCK_STEP_SECCOMP &&
                !(step == AIRLOCK_STEP_CAPABILITIES && place == 1);
  expect(!is_own || slot.requests[0] == 0, "slot, %s: it went on", name);
  expect_descendants(ZYGOTE_PROCESSES, name);
  return true;
}

static int slot_places;

static void fail_slots(const struct airlock_zygote *zygote) {
  static const uint32_t others[] = {AIRLOCK_STEP_OPEN_SOURCE, AIRLOCK_STEP_IDENTITY, AIRLOCK_STEP_PROCESS_TABLE,
                                    AIRLOCK_STEP_ROOT,        AIRLOCK_STEP_BIND,     AIRLOCK_STEP_PIVOT,
                                    AIRLOCK_STEP_HOSTNAME,    AIRLOCK_STEP_OLD_ROOT, AIRLOCK_STEP_EXEC};
  for (uint32_t step = AIRLOCK_STEP_CLONE; step < AIRLOCK_STEP_COUNT; step++) {
    // The first place of this one is the host's, in a launch of its own.
    uint32_t first = step == AIRLOCK_STEP_WAIT_FOR_HOST, place = first;
    while (place < 64 && fails(zygote, step, place)) place++;
    bool applies = !is_one_of(step, others, sizeof others / sizeof *others);
    expect(applies ? place > first && place < 64 : place == first, "slot: %s has %u places", airlock_step_name(step),
           place - first);
    slot_places += (int)(place - first);
  }
}

static struct rlimit limit_descriptors(int most) {
  struct rlimit before, low;
  getrlimit(RLIMIT_NOFILE, &before);
  low = (struct rlimit){.rlim_cur = (rlim_t)most, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &low);
  return before;
}

/// With too few descriptors a zygote is not launched, by name, or says so, or does its work.
static void starve_launch(void) {
  int refused = 0;
  for (int most = 1; most < 40; most++) {
    int descriptors = descriptors_of(getpid()), error = 0;
    struct airlock_plan plan = zygote_plan("serve");
    struct airlock_zygote zygote;
    struct rlimit before = limit_descriptors(most);
    uint32_t step = start_zygote(&plan, &zygote, &error);
    setrlimit(RLIMIT_NOFILE, &before);
    if (step) {
      refused++;
      expect(error == EMFILE || error == EINVAL, "%d descriptors: step %s, %s", most, airlock_step_name(step),
             strerror(error));
    } else {
      char words[256];
      bool ready = is_ready(&zygote);
      struct airlock_report last = end_zygote(&zygote, words);
      expect(ready || last.event == AIRLOCK_EVENT_FAILED || words[0] != 0, "%d descriptors: event %u, status %x", most,
             last.event, (unsigned)last.wait_status);
    }
    expect_nothing_left("too few descriptors", descriptors);
  }
  expect(refused > 0 && refused < 39, "%d of 39 zygotes were refused", refused);
}

/// The same of a slot. One that the host cannot take the descriptor of ends when the host lets go of it.
static void starve_slots(const struct airlock_zygote *zygote) {
  struct airlock_plan plan = slot_plan();
  struct slot slot;
  int refused = 0, descriptors = descriptors_of(getpid()), error = 0;
  for (int most = 1; most < 64; most++) {
    struct rlimit before = limit_descriptors(most);
    uint32_t step = ask_for(&slot, zygote->requests, &plan, NULL, &error);
    if (!step) {
      limit_descriptors(1);
      expect(airlock_take_slot_answer(zygote->requests, &slot.answer, &slot.child.pidfd), "an answer comes");
    }
    setrlimit(RLIMIT_NOFILE, &before);
    if (step) {
      refused++;
      expect(step == AIRLOCK_STEP_CLONE && (error == EMFILE || error == EINVAL), "%d descriptors: step %s, %s", most,
             airlock_step_name(step), strerror(error));
    } else {
      expect(slot.answer.step == AIRLOCK_STEP_NONE && slot.child.pidfd == -1, "there was no room for the descriptor");
      close(slot.child.control);
      slot.child.control = -1;
      finish(&slot);
      expect(slot.last.step == AIRLOCK_STEP_WAIT_FOR_HOST, "%d descriptors: step %s", most,
             airlock_step_name(slot.last.step));
    }
    int left = descriptors_of(getpid());
    expect(left == descriptors, "a limit of %d: %d descriptors became %d", most, descriptors, left);
  }
  expect(refused > 0 && refused < 63, "%d of 63 requests were refused", refused);
}

/// Only clone3(2) chooses a process's number: where it is refused nothing starts warm, and that is said.
static void check_without_clone3(void) {
  pid_t pid = fork();
  if (pid == 0) {
    // What the parent launched is the parent's to reap.
    failures = 0;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) _exit(2);
    refuse_clone3();
    struct airlock_report last = launched_with_fault(AIRLOCK_STEP_NONE, 0);
    expect(last.step == AIRLOCK_STEP_FORK_PAYLOAD && last.error == ENOSYS, "without clone3: step %s, %s",
           airlock_step_name(last.step), strerror(last.error));
    _exit(failures != 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "no clone3: status %x", (unsigned)status);
}

void check_zygote_faults(void) {
  int places = fail_launch();
  with_zygote("faults", fail_slots);
  printf("zygote: %d places of its launch and %d of a slot's making made to fail\n", places, slot_places);
  check_without_clone3();
  starve_launch();
  with_zygote("too few descriptors", starve_slots);
}
