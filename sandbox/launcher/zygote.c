// The host's side of a zygote: its launch, requests for slots, and the answers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"

static void close_all(int *descriptors, size_t count) {
  int error = errno;
  for (size_t index = 0; index < count; index++)
    if (descriptors[index] >= 0) close(descriptors[index]);
  errno = error;
}

uint32_t airlock_start_zygote(struct airlock_plan *plan, struct airlock_zygote *zygote, int *error) {
  enum { INPUT, OUTPUT, OUTPUT_READ, SOCKET, OWN_SOCKET, COUNT };
  int made[COUNT] = {-1, -1, -1, -1, -1}, pair[2];
  uint32_t step = AIRLOCK_STEP_CLONE;
  made[INPUT] = high_descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (make_pipe(pair) == 0) {
    made[OUTPUT_READ] = pair[0];
    made[OUTPUT] = pair[1];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
      made[SOCKET] = high_descriptor(pair[0]);
      made[OWN_SOCKET] = high_descriptor(pair[1]);
    }
  }
  *error = errno;
  if (made[INPUT] >= 0 && made[SOCKET] >= 0 && made[OWN_SOCKET] >= 0 &&
      fcntl(made[OUTPUT_READ], F_SETFL, O_NONBLOCK) == 0) {
    plan->null_input = made[INPUT];
    plan->output = plan->errors = made[OUTPUT];
    plan->replies = plan->requests = made[SOCKET];
    step = airlock_launch(plan, &zygote->child, error);
  }
  if (step) {
    close_all(made, COUNT);
    return step;
  }
  zygote->requests = made[OWN_SOCKET];
  zygote->output = made[OUTPUT_READ];
  made[OWN_SOCKET] = made[OUTPUT_READ] = -1;
  close_all(made, COUNT);
  return AIRLOCK_STEP_NONE;
}

static bool send_request(int requests, const struct airlock_slot_request *head, const uint8_t *bytes, size_t length,
                         const int descriptors[AIRLOCK_SLOT_DESCRIPTORS]) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(AIRLOCK_SLOT_DESCRIPTORS * sizeof(int))];
  } control = {0};
  struct iovec parts[] = {{(void *)head, sizeof *head}, {(void *)bytes, length}};
  struct msghdr message = {
      .msg_iov = parts, .msg_iovlen = 2, .msg_control = control.room, .msg_controllen = sizeof control.room};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(AIRLOCK_SLOT_DESCRIPTORS * sizeof(int));
  memcpy(CMSG_DATA(&control.header), descriptors, AIRLOCK_SLOT_DESCRIPTORS * sizeof(int));
  ssize_t sent;
  while ((sent = sendmsg(requests, &message, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno == EINTR) continue;
  return sent == (ssize_t)(sizeof *head + length);
}

uint32_t airlock_ask_for_slot(int requests, const uint8_t *bytes, size_t length, bool in_hurry, int processor,
                              const char *place, struct airlock_child *child, struct airlock_streams *streams, int *error) {
  // By pipe: the script's and init's ends, then the host's.
  int pipes[6][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  enum { OUTPUT, ERRORS, REQUESTS, REPORT, REPLIES, CONTROL };
  int given[AIRLOCK_SLOT_DESCRIPTORS];
  struct airlock_plan faults = airlock_empty_plan();
  airlock_inject(&faults, place);
  struct airlock_slot_request head = {
      .fail_at = faults.fail_at, .fail_place = faults.fail_place, .in_hurry = in_hurry,
      .processor = (uint32_t)(processor + 1)};
  bool sent = false, made = true;
  given[AIRLOCK_SLOT_INPUT] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  for (int index = 0; made && index < 6; index++) {
    made = make_pipe(pipes[index]) == 0;
    // The host writes the last two and reads the others, none of which may hold it up.
    int own = pipes[index][index >= REPLIES];
    if (made && index != CONTROL) made = fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK) == 0;
  }
  if (made && given[AIRLOCK_SLOT_INPUT] >= 0) {
    given[AIRLOCK_SLOT_OUTPUT] = pipes[OUTPUT][1];
    given[AIRLOCK_SLOT_ERRORS] = pipes[ERRORS][1];
    given[AIRLOCK_SLOT_REPLIES] = pipes[REPLIES][0];
    given[AIRLOCK_SLOT_REQUESTS] = pipes[REQUESTS][1];
    given[AIRLOCK_SLOT_CONTROL] = pipes[CONTROL][0];
    given[AIRLOCK_SLOT_REPORT] = pipes[REPORT][1];
    sent = send_request(requests, &head, bytes, length, given);
  }
  *error = errno;
  if (given[AIRLOCK_SLOT_INPUT] >= 0) close(given[AIRLOCK_SLOT_INPUT]);
  for (int index = 0; index < 6; index++) {
    // What was sent is on its way; these were copies.
    close_all(&pipes[index][index < REPLIES], 1);
    if (!sent) close_all(&pipes[index][index >= REPLIES], 1);
  }
  if (!sent) return AIRLOCK_STEP_CLONE;
  *child = (struct airlock_child){.pid = -1, .pidfd = -1, .control = pipes[CONTROL][1], .report = pipes[REPORT][0]};
  *streams = (struct airlock_streams){.output = pipes[OUTPUT][0],
                                      .errors = pipes[ERRORS][0],
                                      .requests = pipes[REQUESTS][0],
                                      .replies = pipes[REPLIES][1]};
  return AIRLOCK_STEP_NONE;
}

bool airlock_take_slot_answer(int requests, struct airlock_slot_answer *answer, int *pidfd) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {0};
  struct iovec part = {answer, sizeof *answer};
  // Room for one descriptor exactly: its padding would take a second, which nobody closes. The rest never arrives.
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_LEN(sizeof(int))};
  *pidfd = -1;
  ssize_t count;
  while ((count = recvmsg(requests, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) continue;
  struct cmsghdr *header = count > 0 ? CMSG_FIRSTHDR(&message) : NULL;
  if (header != NULL && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
    memcpy(pidfd, CMSG_DATA(header), sizeof(int));
  return count == sizeof *answer;
}

int airlock_begin_slot(int control) { return write(control, "g", 1) == 1 ? 0 : errno; }
