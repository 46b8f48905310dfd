// The module `airlock_zygote`, which the zygote's interpreter loads: it serves the host's requests for slots, and in a
// slot returns to Python. Built together with the launcher's files into one shared object, which the binary carries.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"
#include "python.h"

#define EX_SOFTWARE 70

static alignas(8) uint8_t request[AIRLOCK_SLOT_REQUEST_BYTES];
static struct airlock_plan_lists lists;
static struct airlock_plan plan;

static _Noreturn void complain(const char *what) {
  static const char end[] = "\n";
  if (write(STDERR_FILENO, what, strlen(what)) > 0 && write(STDERR_FILENO, end, 1) > 0) _exit(EX_SOFTWARE);
  _exit(EX_SOFTWARE);
}

/// A fork holds the thread that made it and none of the others, whatever these have locked.
static bool is_single_thread(int process_table) {
  struct entry {
    uint64_t inode, offset;
    uint16_t length;
    uint8_t type;
    char name[];
  };
  alignas(uint64_t) char listing[1024];
  int tasks = openat(process_table, "self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
  long size;
  while (tasks >= 0 && (size = syscall(SYS_getdents64, tasks, listing, sizeof listing)) > 0)
    for (long offset = 0; offset < size; offset += ((struct entry *)(listing + offset))->length)
      count += ((struct entry *)(listing + offset))->name[0] != '.';
  if (tasks >= 0) close(tasks);
  return count == 1;
}

/// Moves the two descriptors up and fills all low numbers, so that no request's descriptor lies where a payload's will.
static bool make_room(int *control, int *process_table) {
  *control = fcntl(AIRLOCK_ZYGOTE_SOCKET, F_DUPFD_CLOEXEC, 16);
  *process_table = fcntl(AIRLOCK_ZYGOTE_PROCESS_TABLE, F_DUPFD_CLOEXEC, 16);
  for (int low = AIRLOCK_ZYGOTE_SOCKET; low < 16; low++)
    if (dup3(STDIN_FILENO, low, O_CLOEXEC) < 0) return false;
  return *control >= 0 && *process_table >= 0;
}

/// Waits for a request.
///
/// @return its length; 0 when the host wants no more.
static size_t receive(int control, int descriptors[AIRLOCK_SLOT_DESCRIPTORS]) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(AIRLOCK_SLOT_DESCRIPTORS * sizeof(int))];
  } ancillary = {0};
  struct iovec part = {request, sizeof request};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.room, .msg_controllen = sizeof ancillary.room};
  ssize_t count;
  while ((count = recvmsg(control, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) continue;
  if (count <= 0) return 0;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || header == NULL || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(AIRLOCK_SLOT_DESCRIPTORS * sizeof(int)))
    complain("a request without its descriptors");
  memcpy(descriptors, CMSG_DATA(header), AIRLOCK_SLOT_DESCRIPTORS * sizeof(int));
  return (size_t)count;
}

static void answer(int control, struct airlock_slot_answer what, int pidfd) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } ancillary = {0};
  struct iovec part = {&what, sizeof what};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (pidfd >= 0) {
    message.msg_control = ancillary.room;
    message.msg_controllen = sizeof ancillary.room;
    ancillary.header.cmsg_level = SOL_SOCKET;
    ancillary.header.cmsg_type = SCM_RIGHTS;
    ancillary.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&ancillary.header), &pidfd, sizeof(int));
  }
  while (sendmsg(control, &message, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) _exit(EX_SOFTWARE); // the host is gone
}

/// Of the last request.
static bool in_hurry;
static int processor;

/// Reads the plan of a request of this length.
static bool read_request(size_t length, const int *descriptors) {
  struct airlock_slot_request head;
  if (length < sizeof head) return false;
  memcpy(&head, request, sizeof head);
  if (!airlock_read_plan(request + sizeof head, length - sizeof head, &lists, &plan)) return false;
  plan.null_input = descriptors[AIRLOCK_SLOT_INPUT];
  plan.output = descriptors[AIRLOCK_SLOT_OUTPUT];
  plan.errors = descriptors[AIRLOCK_SLOT_ERRORS];
  plan.replies = descriptors[AIRLOCK_SLOT_REPLIES];
  plan.requests = descriptors[AIRLOCK_SLOT_REQUESTS];
  plan.fail_at = head.fail_at;
  plan.fail_place = head.fail_place;
  in_hurry = head.in_hurry != 0;
  processor = head.processor <= INT_MAX ? (int)head.processor - 1 : -1;
  return true;
}

/// Makes slots until the host wants no more, which ends the process. In a slot, it returns
/// whether that is to go without a rehearsal.
static PyObject *serve(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  int control, process_table;
  if (!make_room(&control, &process_table)) complain("the descriptors cannot be put in order");
  if (!is_single_thread(process_table)) complain("a module that was imported has started a thread");
  // Nobody waits for a slot's init but the host, which holds a descriptor of it.
  signal(SIGCHLD, SIG_IGN);
  prepare_to_fork();
  answer(control, (struct airlock_slot_answer){.step = AIRLOCK_STEP_NONE}, -1);
  for (;;) {
    int descriptors[AIRLOCK_SLOT_DESCRIPTORS], pidfd = -1;
    size_t length = receive(control, descriptors);
    if (length == 0) _exit(0);
    struct airlock_slot_answer said = {.step = AIRLOCK_STEP_CLONE, .error = EPROTO};
    if (read_request(length, descriptors)) {
      struct channels channels = {.control = descriptors[AIRLOCK_SLOT_CONTROL],
                                  .report = descriptors[AIRLOCK_SLOT_REPORT]};
      PyOS_BeforeFork();
      pid_t pid = fork_slot(&plan, channels, process_table, processor, &pidfd);
      int error = errno;
      if (pid == 0) {
        PyOS_AfterFork_Child();
        return PyLong_FromLong(in_hurry);
      }
      PyOS_AfterFork_Parent();
      said = (struct airlock_slot_answer){.step = pid < 0 ? AIRLOCK_STEP_CLONE : AIRLOCK_STEP_NONE,
                                          .error = pid < 0 ? error : 0};
    }
    for (int index = 0; index < AIRLOCK_SLOT_DESCRIPTORS; index++) close(descriptors[index]);
    answer(control, said, pidfd);
    if (pidfd >= 0) close(pidfd);
  }
}

/// Takes away what a slot's interpreter may do; returns when that is done.
static PyObject *lock(PyObject *module, PyObject *none) {
  (void)module, (void)none;
  lock_slot();
  return PyLong_FromLong(0);
}

static struct method methods[] = {
    {"serve", serve, METH_NOARGS, "Makes slots; returns in each of them, whether it is in a hurry."},
    {"lock", lock, METH_NOARGS, "Isolates the slot for good."},
    {NULL, NULL, 0, NULL},
};

static struct module_definition definition = {
    .base = {.count = 1}, .name = "airlock_zygote", .text = "Forks slots.", .size = -1, .methods = methods};

__attribute__((visibility("default"))) PyObject *PyInit_airlock_zygote(void);

PyObject *PyInit_airlock_zygote(void) { return PyModule_Create2(&definition, STABLE_ABI); }
