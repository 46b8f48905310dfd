/// Everything between fork and exec: the only C in the project.
///
/// `airlock_launch` forks an *init*, which builds the sandbox, forks the *payload*, answers its refused system calls
/// and reports over a pipe. No allocation, no locks and no libc state are used after the fork. Every step that fails
/// is reported as (step, errno), and the run never starts.
#ifndef AIRLOCK_LAUNCHER_H
#define AIRLOCK_LAUNCHER_H

#include <linux/filter.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

/// The steps of a launch, in order. Values are stable: they travel over the report pipe.
enum airlock_step {
  AIRLOCK_STEP_NONE = 0,
  AIRLOCK_STEP_CLONE,
  AIRLOCK_STEP_ID_MAP,
  AIRLOCK_STEP_WAIT_FOR_HOST,
  AIRLOCK_STEP_OPEN_SOURCE,
  AIRLOCK_STEP_IDENTITY,
  AIRLOCK_STEP_PARENT_DEATH,
  AIRLOCK_STEP_PROCESS_TABLE,
  AIRLOCK_STEP_PRIVATE_MOUNTS,
  AIRLOCK_STEP_ROOT,
  AIRLOCK_STEP_BIND,
  AIRLOCK_STEP_SCRATCH,
  AIRLOCK_STEP_PIVOT,
  AIRLOCK_STEP_HOSTNAME,
  AIRLOCK_STEP_SUBREAPER,
  AIRLOCK_STEP_FORK_PAYLOAD,
  AIRLOCK_STEP_OLD_ROOT,
  AIRLOCK_STEP_SESSION,
  AIRLOCK_STEP_DESCRIPTORS,
  AIRLOCK_STEP_WORKING_DIRECTORY,
  AIRLOCK_STEP_RLIMITS,
  AIRLOCK_STEP_CAPABILITIES,
  AIRLOCK_STEP_NO_NEW_PRIVILEGES,
  AIRLOCK_STEP_LANDLOCK,
  AIRLOCK_STEP_SECCOMP,
  AIRLOCK_STEP_EXEC,
  AIRLOCK_STEP_FORGET_HOST,
  AIRLOCK_STEP_MONITOR,
  AIRLOCK_STEP_COUNT
};

/// The step's name as results and errors carry it: `scratch`, `landlock` …
const char *airlock_step_name(uint32_t step);

/// What init does with a system call that the filter hands to it (SECCOMP_RET_USER_NOTIF).
enum airlock_action {
  AIRLOCK_REFUSE = 0,       ///< the call fails with `error`
  AIRLOCK_KILL = 1,         ///< the run ends as `denied`
  AIRLOCK_STARTUP_ONLY = 2, ///< allowed until the guest locks itself down, then refused
  AIRLOCK_NEW_PROCESS = 3,  ///< refused with `error`; too many of them end the run
  AIRLOCK_LOCK_DOWN = 4,    ///< `setpriority(2, AIRLOCK_LOCK_MAGIC, 1)` ends the start-up phase; else refused
  AIRLOCK_LAST_CALL = 5,    ///< exit_group(2): the end of the run's only thread, which is reported before it is carried out
};

/// What the script may make beside its first thread, and so what init has to watch.
enum airlock_tasks {
  AIRLOCK_TASKS_ONE = 0,     ///< nothing: one process of one thread
  AIRLOCK_TASKS_THREADS = 1, ///< threads of the one process
  AIRLOCK_TASKS_TREE = 2,    ///< processes too; needs a PID namespace
};

/// What is started.
enum airlock_role {
  AIRLOCK_ROLE_SCRIPT = 0, ///< an interpreter that is given one script
  AIRLOCK_ROLE_ZYGOTE = 1, ///< one that forks slots, and never sees a script
  AIRLOCK_ROLE_SLOT = 2,   ///< a fork of it that is given one script
};

struct airlock_verdict {
  uint8_t action; ///< enum airlock_action
  uint8_t error;  ///< errno
};

#define AIRLOCK_SYSCALLS 512
#define AIRLOCK_LOCK_MAGIC 0x41495231

/// A host file or directory that is shown, read-only, at `target` in the sandbox, where the view has a mount point.
struct airlock_bind {
  const char *source;
  const char *target; ///< absolute
  bool is_device;
};

/// A path the script may reach, as Landlock rules name it.
struct airlock_path_rule {
  const char *path;
  bool writable;
};

struct airlock_rlimit {
  int resource;
  uint64_t soft, hard;
};

/// All that a launch needs, made by the host before the fork and only read after it.
struct airlock_plan {
  uint64_t namespaces; ///< CLONE_NEW* flags; 0 for portable isolation
  uint32_t role;       ///< enum airlock_role
  int cgroup;          ///< a cgroup v2 directory to start in, or -1
  uid_t host_uid;      ///< the host identity the script runs under
  gid_t host_gid;
  bool change_identity; ///< whether that differs from the caller's own

  const struct airlock_bind *_Nullable binds;
  size_t bind_count;
  const char *_Nullable view;            ///< the host directory that becomes the sandbox's root, read-only
  const char *_Nullable mount_point;     ///< an existing directory that the new root is mounted on
  const char *_Nullable scratch_options; ///< tmpfs options of the scratch directory
  const char *scratch;                  ///< the script's working directory, as it sees it

  const char *executable; ///< as the script sees it
  const char *const _Nullable *_Nonnull arguments;
  const char *const _Nullable *_Nonnull environment;
  int null_input, output, errors, replies, requests; ///< each above 15

  const struct airlock_rlimit *rlimits;
  size_t rlimit_count;
  uint64_t cpu_limit_ns; ///< checked by init; RLIMIT_CPU is the backstop

  int landlock_abi; ///< 0 leaves Landlock out
  const struct airlock_path_rule *_Nullable path_rules;
  size_t path_rule_count;

  const struct sock_filter *filter;
  uint16_t filter_length;
  struct airlock_verdict verdicts[AIRLOCK_SYSCALLS];
  uint32_t max_refused_processes; ///< attempts to make a process before the run ends as `processes`
  uint32_t tasks;                 ///< enum airlock_tasks
  uint32_t max_tasks;             ///< processes and threads at once before the run ends as `processes`
  uint64_t max_memory;            ///< bytes of all processes together before it ends as `memory`; a tree's only

  // For tests; ignored in release builds.
  uint32_t fail_at;    ///< a step that is made to fail; 0 for none
  uint32_t fail_place; ///< where: the step's places are numbered from 0
};

enum airlock_event {
  AIRLOCK_EVENT_FAILED = 1,  ///< step, error: the launch failed
  AIRLOCK_EVENT_STARTED = 2, ///< the payload runs; `payload` is its number as init sees it
  AIRLOCK_EVENT_LOCKED = 3,  ///< the guest locked itself down
  AIRLOCK_EVENT_ENDED = 4,   ///< the payload was reaped, or is killed in its last call: the rest of the record is filled
  AIRLOCK_EVENT_ENDING = 6,  ///< the payload waits in its last call: AIRLOCK_EVENT_ENDED is about to follow
  AIRLOCK_EVENT_TRACE = 5,   ///< where the script was when it made the refused call `syscall`: a text follows
};

enum airlock_cause {
  AIRLOCK_CAUSE_NONE = 0,
  AIRLOCK_CAUSE_SYSCALL = 1,   ///< a call of action KILL; `syscall` is its number
  AIRLOCK_CAUSE_CPU = 2,       ///< the CPU limit
  AIRLOCK_CAUSE_PROCESSES = 3, ///< too many attempts to make a process, or too many processes and threads
  AIRLOCK_CAUSE_HOST = 4,      ///< the host asked for the end
  AIRLOCK_CAUSE_MEMORY = 5,    ///< the processes of a tree hold too much memory together
};

#define AIRLOCK_REFUSED_KINDS 64

/// The script's sixth descriptor: what its interpreter says of where it is, asked with AIRLOCK_TRACE_SIGNAL, goes there.
#define AIRLOCK_TRACE_DESCRIPTOR 5
/// SIGURG: ignored unless there is a handler, so that a script that has none is not harmed; and without sockets nobody
/// else has a use for it.
#define AIRLOCK_TRACE_SIGNAL 23
/// Refused calls that are traced: of one kind, and in all.
#define AIRLOCK_TRACES_PER_KIND 4
#define AIRLOCK_TRACES 32
#define AIRLOCK_TRACE_BYTES 2048

/// One record on the report pipe; written whole (it is smaller than PIPE_BUF), with its text if it has one.
struct airlock_report {
  uint32_t event;
  uint32_t step;
  int32_t error;
  int32_t wait_status;
  uint32_t cause;
  int32_t syscall;
  int32_t payload;
  uint64_t user_us, system_us, peak_resident_bytes, minor_faults, major_faults;
  uint64_t scratch_free_bytes, scratch_free_inodes;
  uint32_t refused_kinds;
  uint32_t refused_numbers[AIRLOCK_REFUSED_KINDS];
  uint32_t refused_counts[AIRLOCK_REFUSED_KINDS];
  uint32_t in_last_call;   ///< not 0: of AIRLOCK_EVENT_ENDED, before the payload was killed in that call
  uint64_t refused_others; ///< refused calls of kinds that have no place in the two lists
  uint32_t text_bytes;     ///< of AIRLOCK_EVENT_TRACE: bytes of the script's choosing that follow the record
};

/// A launched init, and the host's ends of the pipes to it.
struct airlock_child {
  pid_t pid;
  int pidfd;
  int control; ///< one byte ends the run; closing it does so too
  int report;  ///< struct airlock_report records
};

/// The host's ends of the pipes to the script; close-on-exec and non-blocking.
struct airlock_streams {
  int output, errors; ///< what it prints
  int requests;       ///< frames from it
  int replies;        ///< frames to it
};

/// A plan of nothing, to be filled.
struct airlock_plan airlock_empty_plan(void);

/// What a plan that was read from bytes points into, beside those bytes.
struct airlock_plan_lists {
  struct airlock_bind binds[32];
  struct airlock_path_rule path_rules[512];
  struct airlock_rlimit rlimits[24];
  const char *_Nullable arguments[64];
  const char *_Nullable environment[64];
};

/// What `LaunchSpecification.bytes` begins with: another layout has another number.
#define AIRLOCK_PLAN_FORMAT 0x4149523100000004

/// Reads a plan from the bytes that `LaunchSpecification.bytes` made.
///
/// It points into `bytes`, which are 8-byte aligned, and into `lists`: both must outlive it.
///
/// @return whether they are such bytes, and fit into `lists`.
bool airlock_read_plan(const uint8_t *bytes, size_t length, struct airlock_plan_lists *lists,
                       struct airlock_plan *plan);

/// All namespaces of full isolation, as clone(2) flags.
uint64_t airlock_all_namespaces(void);
/// Those of a slot's own. The others are its zygote's, where nobody but its slots is.
uint64_t airlock_slot_namespaces(void);

/// Forks the init and lets it build the sandbox.
///
/// @return 0; or a step number, with errno in `*error`, when not even init could be made: then nothing is left behind.
uint32_t airlock_launch(const struct airlock_plan *plan, struct airlock_child *child, int *error);

/// Makes the script's pipes and launches `plan`, whose descriptors it sets.
///
/// @return as `airlock_launch`.
uint32_t airlock_start(struct airlock_plan *plan, struct airlock_child *child, struct airlock_streams *streams,
                       int *error);

/// A launched zygote: its init, and the host's ends of what leads to it.
struct airlock_zygote {
  struct airlock_child child;
  int requests; ///< a SOCK_SEQPACKET socket, close-on-exec: requests for slots, and the answers
  int output;   ///< what it prints: a complaint; non-blocking
};

/// Launches a zygote: `plan` of the role AIRLOCK_ROLE_ZYGOTE, whose descriptors it sets.
///
/// @return as `airlock_launch`.
uint32_t airlock_start_zygote(struct airlock_plan *plan, struct airlock_zygote *zygote, int *error);

/// What a zygote says, first of itself and then of each slot, in the order in which they were asked for.
struct airlock_slot_answer {
  uint32_t step; ///< AIRLOCK_STEP_NONE, or the one that failed
  int32_t error;
};

/// What a request for a slot begins with; the bytes of its plan follow.
struct airlock_slot_request {
  uint32_t fail_at, fail_place; ///< as in the plan
  uint32_t in_hurry;            ///< not 0: without the rehearsal, for a script that comes at once
  uint32_t processor;           ///< that it is made on, plus 1; 0: any
};

/// A request's descriptors, in order.
enum airlock_slot_descriptor {
  AIRLOCK_SLOT_INPUT,
  AIRLOCK_SLOT_OUTPUT,
  AIRLOCK_SLOT_ERRORS,
  AIRLOCK_SLOT_REPLIES,
  AIRLOCK_SLOT_REQUESTS,
  AIRLOCK_SLOT_CONTROL,
  AIRLOCK_SLOT_REPORT,
  AIRLOCK_SLOT_DESCRIPTORS
};

/// The most bytes of a request.
#define AIRLOCK_SLOT_REQUEST_BYTES 65536
/// The descriptors of the zygote's program: its end of the socket, and a directory of the process table.
#define AIRLOCK_ZYGOTE_SOCKET 3
#define AIRLOCK_ZYGOTE_PROCESS_TABLE 4

/// Makes a slot's pipes and asks a zygote for it.
///
/// @param bytes of a plan of the role AIRLOCK_ROLE_SLOT.
/// @param in_hurry the slot is not made ready beyond what it needs: its script will take longer, but begins sooner.
/// @param processor that init and the interpreter are made on, -1 for any. Init leaves it before there is a script; the
///                  interpreter keeps to it, as would its threads, until the host lets it go (`airlock_allow_processors`).
/// @param place a place that is to fail, as `airlock_inject` has it.
/// @param child is given the pipes to init; its numbers come with the answer.
/// @return as `airlock_launch`.
uint32_t airlock_ask_for_slot(int requests, const uint8_t *bytes, size_t length, bool in_hurry,
                              int processor, const char *_Nullable place, struct airlock_child *child,
                              struct airlock_streams *streams, int *error);

/// Takes the zygote's next answer.
///
/// @param pidfd is given a slot's init, or -1.
/// @return whether there was one: else the zygote is gone.
bool airlock_take_slot_answer(int requests, struct airlock_slot_answer *answer, int *pidfd);

/// Lets a slot begin, once the host has put it where it belongs: 0, or errno.
int airlock_begin_slot(int control);

/// The environment variable by which `airlock` tells `airlock-engine` of a sandbox that it launched: numbers in decimal,
/// separated by a space: the process, then the descriptors pidfd, control, report, output, errors, requests, replies
/// and that of a file which holds the sandbox's specification; or `-` for none; then the file that the specification
/// of the next one is to be kept in.
#define AIRLOCK_HEAD_START "AIRLOCK_HEAD_START"

/// Reads the numbers of such a word.
///
/// @param specification is given the descriptor of the file that holds the specification.
/// @param path is given the start of the file's path in `word`.
/// @return whether it tells of a sandbox.
bool airlock_read_head_start(const char *word, struct airlock_child *child, struct airlock_streams *streams,
                             int *specification, const char *_Nullable *_Nonnull path);

/// Where a caller's cache lies. Root's is /var/cache/airlock, since the identity that root's sandboxes run under must be
/// able to read it; a user's is `$XDG_CACHE_HOME/airlock` or `~/.cache/airlock`; `AIRLOCK_CACHE` takes the place of
/// either.
///
/// @param chosen, cache_home, home the values of AIRLOCK_CACHE, XDG_CACHE_HOME and HOME.
/// @return whether there is one, and `path` holds it.
bool airlock_cache_directory(const char *_Nullable chosen, const char *_Nullable cache_home,
                             const char *_Nullable home, char *path, size_t size);

/// The variable that names a place of the launch that is to fail, for tests: `scratch`, or `bind:2` for the third one.
#define AIRLOCK_FAIL_AT "AIRLOCK_FAIL_AT"

/// Makes the plan fail where the variable's value says; does nothing in a release build.
void airlock_inject(struct airlock_plan *plan, const char *_Nullable place);

/// Sends SIGKILL to the process that `pidfd` stands for: 0, or errno. See pidfd_send_signal(2).
int airlock_kill(int pidfd);

/// Waits for the end of a process, which need not be a child, at most this long.
void airlock_await_end(pid_t pid, int milliseconds);

/// The Landlock ABI version of the running kernel; 0 when it has none. See landlock(7).
int airlock_landlock_abi(void);

/// Why there is no ABI version: 0, or errno: ENOSYS where the kernel was built without, EOPNOTSUPP where it is off.
int airlock_landlock_error(void);

/// Forks a child into these namespaces and lets it end at once: whether the host allows them.
///
/// @return 0, or errno.
int airlock_probe_namespaces(uint64_t namespaces);

/// Forks a child that makes the mounts of its own user and mount namespace private: 0, or errno.
int airlock_probe_mounts(void);

/// Whether a seccomp filter with a user notification listener can be installed: 0, or errno.
int airlock_probe_listener(void);

// GNU functions that Swift's view of the C library leaves out.

/// pipe2(2) with O_CLOEXEC: 0, or -1 and errno.
int airlock_pipe(int ends[_Nonnull 2]);
/// eventfd(2), close-on-exec and non-blocking.
int airlock_event(void);
/// A set of processors: as many as fit, which has to be all that there are (sched_getaffinity(2)).
struct airlock_processors {
  unsigned long mask[16];
};
/// The one that the caller runs on at this moment, or -1.
int airlock_processor(void);
/// On which a process may run, or this thread for 0: whether that can be told.
bool airlock_allowed_processors(pid_t process, struct airlock_processors *set);
/// Lets it run on these alone, and whether it does.
bool airlock_allow_processors(pid_t process, const struct airlock_processors *set);
/// timerfd_create(2), close-on-exec and non-blocking.
int airlock_timer(void);
/// Makes it readable once, so much later.
void airlock_set_timer(int timer, unsigned milliseconds);
/// Raises the soft limit on descriptors (RLIMIT_NOFILE) to the hard one, once.
void airlock_raise_descriptor_limit(void);
/// Gives a program that was just started the limit this process was started with.
void airlock_restore_descriptor_limit(pid_t process);
/// memfd_create(2), close-on-exec.
int airlock_memory_file(const char *name);
/// posix_spawn_file_actions_addchdir_np(3): 0, or an error number.
int airlock_spawn_directory(posix_spawn_file_actions_t *actions, const char *path);
/// The only byte of an extended attribute, or -1 when it is not there or longer; see getxattr(2).
int airlock_attribute(const char *path, const char *name);
/// The signal's name without SIG, or NULL; see sigabbrev_np(3).
const char *_Nullable airlock_signal_name(int number);

#pragma clang assume_nonnull end

#endif
