// The host's side of a launch: clone, identity maps, go.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

struct failure fail(uint32_t step) { return (struct failure){step, errno}; }

bool injected(const struct airlock_plan *plan, uint32_t step, uint32_t place) {
#ifdef DEBUG
  if (plan->fail_at != step || plan->fail_place != place) return false;
  errno = EIO;
  return true;
#else
  (void)plan, (void)step, (void)place;
  return false;
#endif
}

void airlock_inject(struct airlock_plan *plan, const char *place) {
#ifdef DEBUG
  if (place == NULL) return;
  size_t length = strcspn(place, ":");
  for (uint32_t step = 1; step < AIRLOCK_STEP_COUNT; step++) {
    const char *name = airlock_step_name(step);
    if (strncmp(name, place, length) == 0 && name[length] == 0) plan->fail_at = step;
  }
  plan->fail_place = place[length] ? (uint32_t)strtoul(place + length + 1, NULL, 10) : 0;
#else
  (void)plan, (void)place;
#endif
}

/// Moves a descriptor above those that the payload is given, so that no dup2 there can hit it.
int high_descriptor(int descriptor) {
  if (descriptor < 0) return -1;
  int higher = fcntl(descriptor, F_DUPFD_CLOEXEC, 16);
  int error = errno;
  close(descriptor);
  errno = error;
  return higher;
}

static void close_both(int ends[2]) {
  if (ends[0] >= 0) close(ends[0]);
  if (ends[1] >= 0) close(ends[1]);
  ends[0] = ends[1] = -1;
}

int make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  ends[0] = high_descriptor(ends[0]);
  ends[1] = high_descriptor(ends[1]);
  if (ends[0] >= 0 && ends[1] >= 0) return 0;
  int error = errno;
  close_both(ends);
  errno = error;
  return -1;
}

bool write_text(int directory, const char *name, const char *text) {
  int file = openat(directory, name, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t length = (ssize_t)strlen(text);
  bool written = write(file, text, (size_t)length) == length;
  int error = errno;
  close(file);
  errno = error;
  return written;
}

static bool write_proc(pid_t pid, const char *name, const char *text) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return write_text(AT_FDCWD, path, text);
}

/// Inside, the script is 1000:1000; outside, the identity of the plan: never the host's root, whose limits the kernel
/// does not enforce (RLIMIT_NPROC, pipe quotas). See user_namespaces(7).
static bool write_id_maps(const struct airlock_plan *plan, pid_t pid) {
  char uid_map[64], gid_map[64];
  snprintf(uid_map, sizeof uid_map, "1000 %u 1\n", plan->host_uid);
  snprintf(gid_map, sizeof gid_map, "1000 %u 1\n", plan->host_gid);
  // An ordinary user has to give up setgroups(2) for its map; root keeps it, to drop its groups with.
  return (plan->change_identity || write_proc(pid, "setgroups", "deny")) && write_proc(pid, "uid_map", uid_map) &&
         write_proc(pid, "gid_map", gid_map);
}

static void reap(pid_t pid) {
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}

/// What init said before it ended, if it said that a step of its own failed: that is why the host's step did.
static uint32_t first_failure(int report, uint32_t step, int *error) {
  struct pollfd word = {.fd = report, .events = POLLIN};
  struct airlock_report said;
  if (poll(&word, 1, 0) <= 0 || !(word.revents & POLLIN) || read(report, &said, sizeof said) != sizeof said) return step;
  if (said.event != AIRLOCK_EVENT_FAILED) return step;
  *error = said.error;
  return said.step;
}

uint32_t airlock_launch(const struct airlock_plan *plan, struct airlock_child *child, int *error) {
  int control[2] = {-1, -1}, report[2] = {-1, -1};
  uint32_t step = AIRLOCK_STEP_CLONE;
  pid_t pid = -1;
  int pidfd = -1;
  // Signals stay blocked across the clone: a handler of the host's must never run in the child.
  sigset_t all, previous;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &previous) != 0) goto failed;
  if (!injected(plan, step, 0) && make_pipe(control) == 0 && !injected(plan, step, 1) && make_pipe(report) == 0 &&
      !injected(plan, step, 2))
    pid = clone_process(plan->namespaces, plan->cgroup, &pidfd);
  if (pid == 0) {
    close(control[1]);
    close(report[0]);
    run_init(plan, (struct channels){.control = control[0], .report = report[1]});
  }
  int clone_error = errno;
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  errno = clone_error;
  if (pid < 0) goto failed;

  step = AIRLOCK_STEP_ID_MAP;
  if ((plan->namespaces & CLONE_NEWUSER) && (injected(plan, step, 0) || !write_id_maps(plan, pid))) goto failed;
  step = AIRLOCK_STEP_WAIT_FOR_HOST;
  // Never SIGPIPE: this process still holds the other end, too.
  if (injected(plan, step, 0) || write(control[1], "g", 1) != 1) goto failed;
  close(control[0]);
  close(report[1]);
  *child = (struct airlock_child){.pid = pid, .pidfd = pidfd, .control = control[1], .report = report[0]};
  return AIRLOCK_STEP_NONE;

failed:
  *error = errno;
  if (pid > 0) {
    kill(pid, SIGKILL);
    reap(pid);
    close(pidfd);
    step = first_failure(report[0], step, error);
  }
  close_both(control);
  close_both(report);
  return step;
}

static bool make_streams(int pipes[4][2]) {
  // The host reads from all but the last, the replies.
  for (int index = 0; index < 4; index++) {
    if (make_pipe(pipes[index]) != 0) return false;
    int own = pipes[index][index == 3 ? 1 : 0];
    if (fcntl(own, F_SETFL, fcntl(own, F_GETFL) | O_NONBLOCK) != 0) return false;
  }
  return true;
}

uint32_t airlock_start(struct airlock_plan *plan, struct airlock_child *child, struct airlock_streams *streams,
                       int *error) {
  int pipes[4][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
  uint32_t step = AIRLOCK_STEP_CLONE;
  plan->null_input = high_descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (plan->null_input >= 0 && make_streams(pipes)) {
    plan->output = pipes[0][1];
    plan->errors = pipes[1][1];
    plan->requests = pipes[2][1];
    plan->replies = pipes[3][0];
    step = airlock_launch(plan, child, error);
  } else {
    *error = errno;
  }
  // What the child was given is its own by now.
  if (plan->null_input >= 0) close(plan->null_input);
  for (int index = 0; index < 4; index++) {
    int *given = &pipes[index][index == 3 ? 0 : 1];
    if (*given >= 0) close(*given);
    *given = -1;
    if (step) close_both(pipes[index]);
  }
  *streams = (struct airlock_streams){
      .output = pipes[0][0], .errors = pipes[1][0], .requests = pipes[2][0], .replies = pipes[3][1]};
  return step;
}

int airlock_kill(int pidfd) {
  return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0 ? 0 : errno;
}

void airlock_await_end(pid_t pid, int milliseconds) {
  struct pollfd end = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
  if (end.fd < 0) return;
  poll(&end, 1, milliseconds);
  close(end.fd);
}

int airlock_probe_namespaces(uint64_t namespaces) {
  int pidfd = -1, done[2];
  if (pipe2(done, O_CLOEXEC) != 0) return errno;
  pid_t pid = clone_process(namespaces, -1, &pidfd);
  if (pid == 0) {
    // Lives until the maps are written: those of a process that has ended belong to root.
    char byte;
    close(done[1]);
    while (read(done[0], &byte, 1) < 0 && errno == EINTR) continue;
    _exit(0);
  }
  int result = pid < 0 ? errno : 0;
  close(done[0]);
  if (pid > 0 && (namespaces & CLONE_NEWUSER)) {
    // A distribution may let the clone through and take the capabilities away: writing a map tells (AppArmor).
    struct airlock_plan plan = {.host_uid = geteuid(), .host_gid = getegid()};
    if (!write_id_maps(&plan, pid)) result = errno;
  }
  close(done[1]);
  if (pid > 0) {
    airlock_kill(pidfd);
    reap(pid);
    close(pidfd);
  }
  return result;
}

const char *airlock_step_name(uint32_t step) {
  static const char *const names[AIRLOCK_STEP_COUNT] = {
      "none",          "clone",           "id_map",        "wait_for_host", "open_source",  "identity",
      "parent_death",  "process_table",   "private_mounts", "root",         "bind",         "scratch",
      "pivot",         "hostname",      "subreaper",     "fork_payload", "old_root",    "session",
      "descriptors",   "working_directory", "rlimits",     "capabilities",  "no_new_privileges", "landlock",
      "seccomp",       "exec",            "forget_host",   "monitor",
  };
  return step < AIRLOCK_STEP_COUNT ? names[step] : "unknown";
}
