// What a run's processes and threads take together, where a profile lets it have more than one: read from a /proc of
// the sandbox's own, which only init has a descriptor of.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "raw.h"

/// Between two looks. What comes and goes in between is held by the rlimits alone.
#define LOOK_MS 25
/// /proc counts CPU time in these (USER_HZ is 100 on every architecture that the launcher knows).
#define TICK_NS 10000000ULL

static int process_table = -1;

int process_table_descriptor(void) { return process_table; }

void use_process_table(int descriptor) { process_table = descriptor; }

/// A mount of /proc that is attached nowhere. The kernel gives one to a user namespace only where the caller's own /proc
/// is whole (mount_namespaces(7), "Restrictions on mount namespaces"), so it comes before the new root.
static int mount_process_table(void) {
  int context = (int)syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  int mount = -1, directory = -1;
  if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    mount = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  if (mount >= 0) directory = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int error = errno;
  if (mount >= 0) close(mount);
  close(context);
  errno = error;
  return directory;
}

struct failure open_process_table(const struct airlock_plan *plan) {
  // A zygote's slots have nothing else to write their identity maps through.
  bool is_zygote = plan->role == AIRLOCK_ROLE_ZYGOTE;
  if (plan->tasks == AIRLOCK_TASKS_ONE && !is_zygote) return OK;
  if (injected(plan, AIRLOCK_STEP_PROCESS_TABLE, 0)) return fail(AIRLOCK_STEP_PROCESS_TABLE);
  bool is_private = (plan->namespaces & CLONE_NEWPID) != 0;
  if (plan->tasks == AIRLOCK_TASKS_TREE && !is_private) return (struct failure){AIRLOCK_STEP_PROCESS_TABLE, EINVAL};
  int low = is_private ? mount_process_table() : open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // Above the descriptors that the payload's land on.
  process_table = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, 16);
  int error = errno;
  if (low >= 0) close(low);
  errno = error;
  // The kernel itself counts threads (RLIMIT_NPROC): a look at them only tells sooner. A tree's memory nobody else counts.
  if (process_table < 0 && (plan->tasks == AIRLOCK_TASKS_TREE || is_zygote || !is_private)) return fail(AIRLOCK_STEP_PROCESS_TABLE);
  return OK;
}

struct tally {
  uint64_t tasks, cpu_ns, memory;
};

/// `number/name`, in `path`.
static void entry_path(char *path, pid_t number, const char *name) {
  char digits[12];
  int count = 0;
  for (unsigned rest = (unsigned)number; rest > 0 || count == 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
  while (count > 0) *path++ = digits[--count];
  *path++ = '/';
  while ((*path++ = *name++)) continue;
}

static long open_entry(pid_t number, const char *name) {
  char path[24];
  entry_path(path, number, name);
  return raw(SYS_openat, process_table, path, O_RDONLY | O_CLOEXEC, 0);
}

/// Reads an entry of a process that was just opened.
///
/// @return the bytes read; 0 for a process that is gone.
static long read_entry(long file, char *text, long size) {
  long count;
  while ((count = raw(SYS_read, file, text, size)) == -EINTR) continue;
  return count < 0 ? 0 : count;
}

/// Reads the number at `*index` and moves behind it.
static uint64_t number_at(const char *text, long length, long *index) {
  while (*index < length && (text[*index] == ' ' || text[*index] == '\t')) (*index)++;
  uint64_t value = 0;
  for (; *index < length && text[*index] >= '0' && text[*index] <= '9'; (*index)++)
    value = value * 10 + (uint64_t)(text[*index] - '0');
  return value;
}

/// The numbered fields of proc_pid_stat(5) that are used.
enum { STATE = 3, MINOR_FAULTS = 10, MAJOR_FAULTS = 12, CHILDREN_USER = 16, CHILDREN_SYSTEM = 17, THREADS = 20, FIELDS };

/// @param file `stat`.
/// @return whether there was such a process.
static bool read_stat(long file, uint64_t fields[FIELDS]) {
  char text[1024];
  long length = read_entry(file, text, sizeof text), index = length;
  // The name before it is the script's to choose, and may hold anything: what counts begins behind the last bracket.
  while (index > 0 && text[index - 1] != ')') index--;
  for (int field = STATE; field < FIELDS; field++) {
    if (index == 0 || index >= length) return false;
    index++;
    fields[field] = number_at(text, length, &index);
    // The state's letter, the sign of a negative number, the rest of whatever is no number.
    while (index < length && text[index] != ' ') index++;
  }
  return true;
}

/// Threads, and CPU time of the children that were waited for.
static void add_stat(pid_t number, struct tally *tally) {
  uint64_t fields[FIELDS];
  long file = open_entry(number, "stat");
  bool is_there = read_stat(file, fields);
  raw(SYS_close, file);
  if (!is_there) return;
  tally->cpu_ns += (fields[CHILDREN_USER] + fields[CHILDREN_SYSTEM]) * TICK_NS;
  tally->tasks += fields[THREADS];
}

static bool starts_with(const char *text, long length, const char *word) {
  for (; *word; text++, word++, length--)
    if (length == 0 || *text != *word) return false;
  return true;
}

/// Kibibytes of these lines of proc_pid_status(5) together; 0 for a process that is gone.
static uint64_t read_status(long file, const char *const *lines, size_t count) {
  char text[4096];
  uint64_t sum = 0;
  long length = read_entry(file, text, sizeof text);
  for (long index = 0; index < length; index++) {
    for (size_t line = 0; line < count; line++)
      if (starts_with(text + index, length - index, lines[line])) {
        while (text[index] != ':') index++;
        index++;
        sum += number_at(text, length, &index);
      }
    while (index < length && text[index] != '\n') index++;
  }
  return sum;
}

/// Memory of its own, shared memory and what was swapped out; not the pages of files.
static void add_memory(pid_t number, struct tally *tally) {
  static const char *const lines[] = {"RssAnon:", "RssShmem:", "VmSwap:"};
  long file = open_entry(number, "status");
  tally->memory += read_status(file, lines, sizeof lines / sizeof *lines) * 1024;
  raw(SYS_close, file);
}

/// Of the payload of a slot: opened before there is a script, because the host waits while they are read.
static struct {
  int stat, status;
} usage_files = {-1, -1};

void open_memory_usage(pid_t listed, int descriptors[_Nonnull 2]) {
  if (process_table >= 0) {
    usage_files.stat = (int)open_entry(listed, "stat");
    usage_files.status = (int)open_entry(listed, "status");
  }
  descriptors[0] = usage_files.stat;
  descriptors[1] = usage_files.status;
}

bool read_memory_usage(struct rusage *usage) {
  static const char *const peak[] = {"VmHWM:"};
  uint64_t fields[FIELDS];
  if (!read_stat(usage_files.stat, fields)) return false;
  usage->ru_minflt = (long)fields[MINOR_FAULTS];
  usage->ru_majflt = (long)fields[MAJOR_FAULTS];
  usage->ru_maxrss = (long)read_status(usage_files.status, peak, 1);
  return usage->ru_maxrss > 0;
}

/// @param listed its number in the table, which may be that of another namespace.
static void add_process(pid_t number, pid_t listed, struct tally *tally, bool is_tree) {
  add_stat(listed, tally);
  tally->cpu_ns += cpu_time_of(number);
  if (is_tree) add_memory(listed, tally);
}

/// Orphans come to init, and count as tasks to the kernel until they are reaped.
static void reap_orphan(struct monitor *monitor, pid_t number) {
  struct rusage usage = {0};
  // The payload's end is the watch's to take.
  if (number != monitor->payload && raw(SYS_wait4, number, 0, WNOHANG, &usage) > 0) add_usage(&monitor->reaped, &usage);
}

/// All processes of the sandbox's namespace but init. It reaps those alone that it counted: one that was refused a fork and
/// ended for it is one of those that were too many.
static void add_tree(struct monitor *monitor, struct tally *tally) {
  struct entry {
    uint64_t inode, offset;
    uint16_t length;
    uint8_t type;
    char name[];
  };
  _Alignas(uint64_t) char listing[4096];
  raw(SYS_lseek, process_table, 0, SEEK_SET);
  for (;;) {
    long size = raw(SYS_getdents64, process_table, listing, sizeof listing);
    if (size == -EINTR) continue;
    if (size <= 0) return;
    for (long offset = 0; offset < size;) {
      const struct entry *entry = (const struct entry *)(listing + offset);
      long index = 0;
      pid_t number = (pid_t)number_at(entry->name, NAME_MAX, &index);
      if (entry->name[index] == 0 && number > 1) {
        add_process(number, number, tally, true);
        reap_orphan(monitor, number);
      }
      offset += entry->length;
    }
  }
}

static uint64_t nanoseconds(const struct timeval *time) {
  return (uint64_t)time->tv_sec * 1000000000ULL + (uint64_t)time->tv_usec * 1000ULL;
}

/// Ends a payload that has more tasks, memory or CPU time than it may.
static void look(struct monitor *monitor) {
  bool is_tree = monitor->plan.tasks == AIRLOCK_TASKS_TREE;
  struct tally tally = {0};
  if (is_tree) {
    tally.cpu_ns = nanoseconds(&monitor->reaped.ru_utime) + nanoseconds(&monitor->reaped.ru_stime);
    add_tree(monitor, &tally);
  } else {
    add_process(monitor->payload, monitor->payload_listed, &tally, false);
  }
  if (tally.tasks > monitor->plan.max_tasks) kill_payload(monitor, AIRLOCK_CAUSE_PROCESSES, -1);
  if (is_tree && tally.memory > monitor->plan.max_memory) kill_payload(monitor, AIRLOCK_CAUSE_MEMORY, -1);
  if (tally.cpu_ns >= monitor->plan.cpu_limit_ns) kill_payload(monitor, AIRLOCK_CAUSE_CPU, -1);
}

int check_tasks(struct monitor *monitor) {
  // A single thread is watched by its clock alone.
  if (process_table < 0 || monitor->plan.role == AIRLOCK_ROLE_ZYGOTE || monitor->plan.tasks == AIRLOCK_TASKS_ONE)
    return 1000;
  struct timespec time = {0};
  raw(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  uint64_t now = (uint64_t)time.tv_sec * 1000000000ULL + (uint64_t)time.tv_nsec;
  if (now < monitor->next_look_ns) return (int)((monitor->next_look_ns - now) / 1000000) + 1;
  monitor->next_look_ns = now + LOOK_MS * 1000000ULL;
  look(monitor);
  return LOOK_MS;
}

void check_tasks_left(struct monitor *monitor) {
  if (process_table < 0 || monitor->plan.tasks != AIRLOCK_TASKS_TREE) return;
  look(monitor);
}
