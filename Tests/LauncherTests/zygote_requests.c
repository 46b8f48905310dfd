// Requests that no host of ours makes: each is refused, or ends the zygote with a word that says why. And answers that
// no zygote of ours gives: a package that was imported there may give any.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "family.h"
#include "launches.h"
#include "plan_bytes.h"
#include "slots.h"

enum { ROOM = AIRLOCK_SLOT_REQUEST_BYTES + 8, MOST_DESCRIPTORS = AIRLOCK_SLOT_DESCRIPTORS + 1 };

/// A request of bytes of the test's choice, with copies of one descriptor.
static void send_bytes(int socket, const void *bytes, size_t length, int descriptor, int count) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
  } control = {0};
  struct iovec part = {(void *)bytes, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  int given[MOST_DESCRIPTORS];
  for (int index = 0; index < count; index++) given[index] = descriptor;
  if (count > 0) {
    message.msg_control = control.room;
    message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(&control.header), given, (size_t)count * sizeof(int));
  }
  expect(sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)length, "a request of %zu bytes: %s", length,
         strerror(errno));
}

/// What a zygote makes of one request, all of whose descriptors are /dev/null: an init that was made reads the host's
/// end there, and ends.
static struct airlock_slot_answer answer_to(int socket, int null, const void *bytes, size_t length) {
  struct airlock_slot_answer answer = {.step = AIRLOCK_STEP_COUNT};
  int pidfd;
  send_bytes(socket, bytes, length, null, AIRLOCK_SLOT_DESCRIPTORS);
  expect(airlock_take_slot_answer(socket, &answer, &pidfd), "a request of %zu bytes is answered", length);
  expect((answer.step == AIRLOCK_STEP_NONE) == (pidfd >= 0), "the answer is of a slot or of none");
  if (pidfd < 0) return answer;
  struct pollfd end = {.fd = pidfd, .events = POLLIN};
  poll(&end, 1, -1);
  close(pidfd);
  return answer;
}

static bool is_refused(struct airlock_slot_answer answer, int error) {
  return answer.step == AIRLOCK_STEP_CLONE && answer.error == error;
}

/// The usual request, and how long it is.
static size_t usual_request(uint8_t *bytes) {
  struct airlock_plan plan = slot_plan();
  struct airlock_slot_request head = {0};
  memcpy(bytes, &head, sizeof head);
  return sizeof head + plan_bytes(&plan, bytes + sizeof head, ROOM - sizeof head);
}

/// A sequence that is the same each time (xorshift64).
static uint64_t random_number(void) {
  static uint64_t state = 0x9E3779B97F4A7C15;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static void check_broken_bytes(const struct airlock_zygote *zygote) {
  static uint8_t usual[ROOM], broken[ROOM];
  int null = open("/dev/null", O_RDWR | O_CLOEXEC), socket = zygote->requests;
  size_t length = usual_request(usual);
  expect(answer_to(socket, null, usual, length).step == AIRLOCK_STEP_NONE, "the usual request is taken");
  // One that there is not is none to stay on.
  static const uint32_t processors[] = {1, 2, 1024, 1025, 1U << 31, UINT32_MAX};
  for (size_t index = 0; index < sizeof processors / sizeof *processors; index++) {
    struct airlock_slot_request head = {.processor = processors[index]};
    memcpy(broken, usual, length);
    memcpy(broken, &head, sizeof head);
    expect(answer_to(socket, null, broken, length).step == AIRLOCK_STEP_NONE, "processor %u", processors[index]);
  }
  // The zygote's buffer holds the rest of it now: only the length says that it is missing.
  for (size_t cut = 1; cut < length; cut++)
    expect(is_refused(answer_to(socket, null, usual, cut), EPROTO), "the first %zu of %zu bytes", cut, length);
  for (size_t more = 1; more <= 16; more++)
    expect(is_refused(answer_to(socket, null, usual, length + more), EPROTO), "%zu bytes too many", more);
  static const uint64_t values[] = {UINT64_MAX, 1ULL << 63, UINT32_MAX, 1};
  int refused = 0, taken = 0;
  // All but the verdicts, of which any are as good as others.
  size_t end = length - AIRLOCK_SYSCALLS * sizeof(struct airlock_verdict);
  for (size_t place = sizeof(struct airlock_slot_request); place < end; place += sizeof(uint64_t))
    for (size_t index = 0; index < sizeof values / sizeof *values; index++) {
      memcpy(broken, usual, length);
      uint64_t value = values[index];
      if (value == 1) {
        memcpy(&value, usual + place, sizeof value);
        value++;
      }
      memcpy(broken + place, &value, sizeof value);
      struct airlock_slot_answer answer = answer_to(socket, null, broken, length);
      refused += answer.step != AIRLOCK_STEP_NONE;
      taken += answer.step == AIRLOCK_STEP_NONE;
      expect(answer.step == AIRLOCK_STEP_NONE || is_refused(answer, EPROTO) || is_refused(answer, EINVAL),
             "byte %zu, value %zu: step %s, %s", place, index, airlock_step_name(answer.step), strerror(answer.error));
    }
  expect(refused > 0 && taken > 0, "of the changed requests %d were refused and %d taken", refused, taken);
  for (int round = 0; round < 200; round++) {
    size_t size = 1 + random_number() % AIRLOCK_SLOT_REQUEST_BYTES;
    if (round == 0) size = AIRLOCK_SLOT_REQUEST_BYTES;
    for (size_t index = 0; index < size; index++) broken[index] = (uint8_t)random_number();
    expect(is_refused(answer_to(socket, null, broken, size), EPROTO), "%zu bytes of garbage", size);
  }
  close(null);
  struct airlock_plan plan = slot_plan();
  struct slot slot = waiting_slot(socket, &plan);
  give_script(&slot, "hello");
  finish(&slot);
  expect_ending(&endings[0], &slot.last, "after broken requests");
}

static void script_role(struct airlock_plan *plan) { plan->role = AIRLOCK_ROLE_SCRIPT; }
static void zygote_role(struct airlock_plan *plan) { plan->role = AIRLOCK_ROLE_ZYGOTE; }
static void all_namespaces(struct airlock_plan *plan) { plan->namespaces = airlock_all_namespaces(); }
static void no_namespaces(struct airlock_plan *plan) { plan->namespaces = 0; }
static void no_scratch(struct airlock_plan *plan) { plan->scratch_options = NULL; }
static void no_filter(struct airlock_plan *plan) { plan->filter_length = 0; }
static void no_landlock(struct airlock_plan *plan) { plan->landlock_abi = 0; }
static void tree(struct airlock_plan *plan) { plan->tasks = AIRLOCK_TASKS_TREE; }

/// Plans that read well, of which no slot may be made.
static void check_unfit_plans(const struct airlock_zygote *zygote) {
  static void (*const changes[])(struct airlock_plan *) = {script_role, zygote_role, all_namespaces, no_namespaces,
                                                           no_scratch,  no_filter,   no_landlock,    tree};
  for (size_t index = 0; index < sizeof changes / sizeof *changes; index++) {
    struct airlock_plan plan = slot_plan();
    struct slot slot;
    int error;
    changes[index](&plan);
    expect(ask_for(&slot, zygote->requests, &plan, NULL, &error) == AIRLOCK_STEP_NONE, "a request");
    expect(!take_answer(&slot, zygote->requests) && is_refused(slot.answer, EINVAL),
           "unfit plan %zu: step %s, %s", index, airlock_step_name(slot.answer.step), strerror(slot.answer.error));
    finish(&slot);
  }
}

/// What cannot be answered for ends the zygote.
static void check_last_requests(void) {
  static uint8_t bytes[ROOM];
  static const char complaint[] = "a request without its descriptors\n";
  const struct {
    size_t length; ///< 0 for the usual one's
    int descriptors;
  } cases[] = {{0, 0}, {0, 1}, {0, AIRLOCK_SLOT_DESCRIPTORS - 1}, {0, MOST_DESCRIPTORS}, {1, 0},
               {AIRLOCK_SLOT_REQUEST_BYTES + 1, AIRLOCK_SLOT_DESCRIPTORS}};
  for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
    int descriptors = descriptors_of(getpid()), null = open("/dev/null", O_RDWR | O_CLOEXEC), pidfd;
    struct airlock_zygote zygote = ready_zygote();
    struct airlock_plan plan = slot_plan();
    struct airlock_slot_answer answer;
    struct slot waiting = waiting_slot(zygote.requests, &plan);
    size_t length = usual_request(bytes);
    if (cases[index].length) length = cases[index].length;
    send_bytes(zygote.requests, bytes, length, null, cases[index].descriptors);
    expect(!airlock_take_slot_answer(zygote.requests, &answer, &pidfd), "request %zu is not answered", index);
    expect_end(&zygote, 70, complaint, "a request without its descriptors");
    finish(&waiting);
    expect(waiting.last.event != AIRLOCK_EVENT_ENDED || waiting.last.cause == AIRLOCK_CAUSE_NONE,
           "its slot ends with it: cause %u", waiting.last.cause);
    close(null);
    expect_nothing_left("a last request", descriptors);
  }
}

/// The host's side of the same socket.
static void check_answers(void) {
  static const struct {
    size_t length;
    int descriptors;
    bool is_answer;
  } cases[] = {{8, 0, true}, {8, 1, true}, {8, 2, true}, {8, 7, true}, {7, 0, false}, {1, 1, false}, {100, 0, true}};
  uint8_t bytes[100] = {0};
  int pair[2], null = open("/dev/null", O_RDWR | O_CLOEXEC), pidfd, descriptors = descriptors_of(getpid());
  struct airlock_slot_answer answer;
  for (size_t index = 0; index < sizeof cases / sizeof *cases; index++) {
    expect(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0, "a socket: %s", strerror(errno));
    send_bytes(pair[0], bytes, cases[index].length, null, cases[index].descriptors);
    bool is_answer = airlock_take_slot_answer(pair[1], &answer, &pidfd);
    expect(is_answer == cases[index].is_answer, "answer %zu", index);
    expect(pidfd < 0 || cases[index].descriptors > 0, "answer %zu: descriptor %d", index, pidfd);
    if (pidfd >= 0) close(pidfd);
    close(pair[0]);
    expect(!airlock_take_slot_answer(pair[1], &answer, &pidfd) && pidfd == -1, "the end after answer %zu", index);
    close(pair[1]);
    int left = descriptors_of(getpid());
    expect(left == descriptors, "answer %zu: %d descriptors became %d", index, descriptors, left);
  }
  close(null);
}

static bool reads(const uint8_t *bytes, size_t length) {
  static struct airlock_plan_lists lists;
  struct airlock_plan plan;
  // Of exactly this size, so that the sanitizer sees what is read behind it.
  uint8_t *exact = malloc(length > 0 ? length : 1);
  if (length > 0) memcpy(exact, bytes, length);
  bool read = airlock_read_plan(exact, length, &lists, &plan);
  free(exact);
  return read;
}

/// The reader alone: whatever is cut off, and lists of as many entries as there is room for, and of one more.
static void check_reader(void) {
  static uint8_t bytes[ROOM];
  struct airlock_plan plan = slot_plan();
  size_t length = plan_bytes(&plan, bytes, sizeof bytes);
  for (size_t cut = 0; cut <= length; cut++)
    expect(reads(bytes, cut) == (cut == length), "%zu of %zu bytes", cut, length);
  static struct airlock_bind binds[33];
  static struct airlock_path_rule rules[513];
  static struct airlock_rlimit limits[25];
  static const char *texts[65];
  for (size_t index = 0; index < 33; index++) binds[index] = (struct airlock_bind){"/a", "/b", false};
  for (size_t index = 0; index < 513; index++) rules[index] = (struct airlock_path_rule){"/a", false};
  for (size_t index = 0; index < 64; index++) texts[index] = "a";
  for (int list = 0; list < 5; list++)
    for (int more = 0; more < 2; more++) {
      plan = slot_plan();
      if (list == 0) plan.binds = binds, plan.bind_count = 32 + (size_t)more;
      if (list == 1) plan.path_rules = rules, plan.path_rule_count = 512 + (size_t)more;
      if (list == 2) plan.rlimits = limits, plan.rlimit_count = 24 + (size_t)more;
      // Lists that end with NULL have room for one entry less.
      texts[63 + more] = NULL;
      texts[63] = more ? "a" : NULL;
      if (list == 3) plan.arguments = texts;
      if (list == 4) plan.environment = texts;
      length = plan_bytes(&plan, bytes, sizeof bytes);
      expect(length > 0 && reads(bytes, length) == !more, "list %d, %d too many", list, more);
    }
}

void check_requests(void) {
  check_reader();
  check_answers();
  with_zygote("broken requests", check_broken_bytes);
  with_zygote("unfit plans", check_unfit_plans);
  check_last_requests();
}
