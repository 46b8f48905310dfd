#define _GNU_SOURCE
#include "slots.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "plan_bytes.h"

static const char executable[] = "/zygote";
static const struct airlock_rlimit zygote_limits[] = {
    {RLIMIT_CORE, 0, 0},     {RLIMIT_MEMLOCK, 0, 0}, {RLIMIT_LOCKS, 0, 0},
    {RLIMIT_SIGPENDING, 64, 64}, {RLIMIT_MSGQUEUE, 0, 0}, {RLIMIT_NICE, 0, 0},
    {RLIMIT_RTPRIO, 0, 0},   {RLIMIT_STACK, 8 << 20, 8 << 20}, {RLIMIT_NPROC, 1 << 16, 1 << 16},
};
static const struct airlock_rlimit slot_limits[] = {
#ifndef __SANITIZE_ADDRESS__
    // The sanitizer's shadow takes terabytes of addresses.
    {RLIMIT_AS, 64 << 20, 64 << 20},
    {RLIMIT_DATA, 64 << 20, 64 << 20},
#endif
    {RLIMIT_CPU, 10, 11},
    {RLIMIT_FSIZE, 1 << 20, 1 << 20},
    {RLIMIT_NOFILE, 64, 64},
    {RLIMIT_STACK, 8 << 20, 8 << 20},
    {RLIMIT_CORE, 0, 0},
    {RLIMIT_NPROC, 8, 8},
    {RLIMIT_MEMLOCK, 0, 0},
    {RLIMIT_LOCKS, 0, 0},
    {RLIMIT_SIGPENDING, 64, 64},
    {RLIMIT_MSGQUEUE, 0, 0},
    {RLIMIT_NICE, 0, 0},
    {RLIMIT_RTPRIO, 0, 0},
};

static struct airlock_plan base_plan(void) {
  struct airlock_plan plan = plan_for("", true, -1);
  close(plan.null_input);
  plan.null_input = -1;
  return plan;
}

struct airlock_plan zygote_plan(const char *mode) {
  // The options are for a stub with the sanitizer's runtime: in the sandbox nothing can look for leaks, and a crash is
  // to stay one.
  static const char *environment[] = {"A=1", "ASAN_OPTIONS=detect_leaks=0:handle_segv=0", NULL};
  static const char *arguments[] = {executable, NULL, NULL};
  arguments[1] = mode;
  struct airlock_plan plan = base_plan();
#ifdef __SANITIZE_ADDRESS__
  // The runtime reads its own memory map when it starts.
  static struct airlock_bind binds[3] = {{.source = "/proc", .target = "/proc"}};
  for (size_t index = 0; index < plan.bind_count; index++) binds[1 + index] = plan.binds[index];
  plan.binds = binds;
  plan.bind_count++;
#endif
  plan.role = AIRLOCK_ROLE_ZYGOTE;
  plan.arguments = arguments;
  plan.environment = environment;
  plan.scratch_options = "mode=700,size=16777216,nr_inodes=1000";
  plan.rlimits = zygote_limits;
  plan.rlimit_count = sizeof zygote_limits / sizeof *zygote_limits;
  plan.cpu_limit_ns = UINT64_MAX;
  plan.path_rule_count = 0;
  plan.filter_length = 0;
  return plan;
}

struct airlock_plan slot_plan(void) {
  static const char *arguments[] = {executable, NULL};
  static const char *environment[] = {NULL};
  struct airlock_plan plan = base_plan();
  plan.role = AIRLOCK_ROLE_SLOT;
  plan.namespaces = airlock_slot_namespaces();
  plan.view = plan.mount_point = NULL;
  plan.bind_count = 0;
  plan.arguments = arguments;
  plan.environment = environment;
  plan.rlimits = slot_limits;
  plan.rlimit_count = sizeof slot_limits / sizeof *slot_limits;
  return plan;
}

uint32_t start_zygote(const struct airlock_plan *plan, struct airlock_zygote *zygote, int *error) {
  static _Alignas(8) uint8_t bytes[1 << 14];
  static struct airlock_plan_lists lists;
  size_t length = plan_bytes(plan, bytes, sizeof bytes);
  struct airlock_plan read;
  expect(airlock_read_plan(bytes, length, &lists, &read), "a zygote's plan reads as it was written");
  read.fail_at = plan->fail_at;
  read.fail_place = plan->fail_place;
  return airlock_start_zygote(&read, zygote, error);
}

bool is_ready(const struct airlock_zygote *zygote) {
  struct airlock_slot_answer ready = {.step = AIRLOCK_STEP_COUNT};
  int pidfd;
  bool answered = airlock_take_slot_answer(zygote->requests, &ready, &pidfd);
  expect(!answered || (ready.step == AIRLOCK_STEP_NONE && pidfd == -1), "the first word is of the zygote itself");
  return answered;
}

struct airlock_zygote ready_zygote(void) {
  struct airlock_plan plan = zygote_plan("serve");
  struct airlock_zygote zygote;
  int error = 0;
  uint32_t step = start_zygote(&plan, &zygote, &error);
  expect(step == AIRLOCK_STEP_NONE, "a zygote: %s: %s", airlock_step_name(step), strerror(error));
  if (step) _exit(1);
  expect(is_ready(&zygote), "the zygote is ready");
  return zygote;
}

/// Reads to the end; the descriptor does not block.
static void read_text(int descriptor, char *text, size_t size) {
  struct pollfd source = {.fd = descriptor, .events = POLLIN};
  char rest[256];
  size_t length = 0;
  for (;;) {
    ssize_t count = read(descriptor, rest, sizeof rest);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (count < 0) poll(&source, 1, -1);
    for (ssize_t index = 0; index < count && length + 1 < size; index++) text[length++] = rest[index];
  }
  text[length] = 0;
}

static void close_child(const struct airlock_child *child) {
  close(child->control);
  close(child->report);
  if (child->pidfd >= 0) close(child->pidfd);
}

struct airlock_report end_zygote(struct airlock_zygote *zygote, char *words) {
  struct airlock_report report, last = {.event = 0};
  close(zygote->requests);
  while (read(zygote->child.report, &report, sizeof report) == sizeof report)
    if (report.event == AIRLOCK_EVENT_FAILED || report.event == AIRLOCK_EVENT_ENDED) last = report;
  expect(waitpid(zygote->child.pid, NULL, 0) == zygote->child.pid, "the zygote's init is reaped");
  read_text(zygote->output, words, 256);
  close(zygote->output);
  close_child(&zygote->child);
  return last;
}

void expect_end(struct airlock_zygote *zygote, int code, const char *words, const char *when) {
  char said[256];
  struct airlock_report last = end_zygote(zygote, said);
  expect(last.event == AIRLOCK_EVENT_ENDED && WIFEXITED(last.wait_status) && WEXITSTATUS(last.wait_status) == code,
         "%s: the zygote: event %u, step %s, status %x", when, last.event, airlock_step_name(last.step),
         (unsigned)last.wait_status);
  expect(strcmp(said, words) == 0, "%s: the zygote said '%s'", when, said);
}

uint32_t ask_for(struct slot *slot, int requests, const struct airlock_plan *plan, const char *place, int *error) {
  static _Alignas(8) uint8_t bytes[1 << 14];
  *slot = (struct slot){.started = false};
  size_t length = plan_bytes(plan, bytes, sizeof bytes);
  return airlock_ask_for_slot(requests, bytes, length, false, -1, place, &slot->child, &slot->streams, error);
}

bool take_answer(struct slot *slot, int requests) {
  bool answered = airlock_take_slot_answer(requests, &slot->answer, &slot->child.pidfd);
  expect(answered && (slot->answer.step == AIRLOCK_STEP_NONE) == (slot->child.pidfd >= 0),
         "a slot's answer: %d, step %s, pidfd %d", answered, airlock_step_name(slot->answer.step), slot->child.pidfd);
  return answered && slot->answer.step == AIRLOCK_STEP_NONE;
}

/// @return false at the end.
static bool read_report(struct slot *slot) {
  struct pollfd source = {.fd = slot->child.report, .events = POLLIN};
  struct airlock_report report = {.event = 0};
  char text[AIRLOCK_TRACE_BYTES];
  poll(&source, 1, -1);
  ssize_t count = read(slot->child.report, &report, sizeof report);
  if (count == 0) return false;
  expect(count == sizeof report, "a record is whole");
  switch (report.event) {
    case AIRLOCK_EVENT_STARTED: slot->started = true; break;
    case AIRLOCK_EVENT_LOCKED: slot->locked = true; break;
    case AIRLOCK_EVENT_TRACE:
      expect(report.text_bytes > 0 && report.text_bytes <= sizeof text &&
                 read(slot->child.report, text, report.text_bytes) == (ssize_t)report.text_bytes,
             "a trace has its text");
      snprintf(slot->trace, sizeof slot->trace, "%.*s", (int)report.text_bytes, text);
      slot->traces++;
      break;
    default:
      expect(slot->last.event == 0, "nothing follows the end");
      slot->last = report;
  }
  return true;
}

bool await_lock(struct slot *slot) {
  while (!slot->locked && read_report(slot)) continue;
  return slot->locked;
}

void begin(const struct slot *slot) {
  int error = airlock_begin_slot(slot->child.control);
  expect(error == 0 || error == EPIPE, "a slot begins: %s", strerror(error));
}

struct slot waiting_slot(int requests, const struct airlock_plan *plan) {
  struct slot slot;
  int error = 0;
  expect(ask_for(&slot, requests, plan, NULL, &error) == AIRLOCK_STEP_NONE, "a request: %s", strerror(error));
  bool made = take_answer(&slot, requests);
  expect(made, "a slot is made: step %s, %s", airlock_step_name(slot.answer.step), strerror(slot.answer.error));
  if (made) begin(&slot);
  expect(await_lock(&slot) && slot.started, "a slot waits: event %u, step %s, %s", slot.last.event,
         airlock_step_name(slot.last.step), strerror(slot.last.error));
  return slot;
}

void give_script(const struct slot *slot, const char *mode) {
  ssize_t length = (ssize_t)strlen(mode);
  expect(write(slot->streams.replies, mode, (size_t)length) == length, "%s is handed over", mode);
}

void finish(struct slot *slot) {
  while (read_report(slot)) continue;
  read_text(slot->streams.output, slot->output, sizeof slot->output);
  read_text(slot->streams.requests, slot->requests, sizeof slot->requests);
  read_text(slot->streams.errors, slot->errors, sizeof slot->errors);
  expect(slot->errors[0] == 0, "a slot said: %s", slot->errors);
  struct pollfd end = {.fd = slot->child.pidfd, .events = POLLIN};
  if (end.fd >= 0) poll(&end, 1, -1);
  close_child(&slot->child);
  const int streams[] = {slot->streams.output, slot->streams.errors, slot->streams.requests, slot->streams.replies};
  for (size_t index = 0; index < sizeof streams / sizeof *streams; index++) close(streams[index]);
}

void with_zygote(const char *name, void (*check)(const struct airlock_zygote *zygote)) {
  int descriptors = descriptors_of(getpid());
  struct airlock_zygote zygote = ready_zygote();
  expect_descendants(ZYGOTE_PROCESSES, name);
  pid_t pid = child_of(zygote.child.pid);
  int own_descriptors = descriptors_of(pid);
  expect(pid > 0 && own_descriptors > 0, "%s: the zygote's descriptors can be counted", name);
  check(&zygote);
  expect_descendants(ZYGOTE_PROCESSES, name);
  int left = descriptors_of(pid);
  expect(left == own_descriptors, "%s: the zygote's %d descriptors became %d", name, own_descriptors, left);
  expect_end(&zygote, 0, "", name);
  expect_nothing_left(name, descriptors);
}
