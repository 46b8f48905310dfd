// A plan as bytes: how the host's Swift side hands over what a sandbox is, and how it is kept in the cache between two
// processes. Numbers are 8 bytes, little-endian; a text is its length with its final NUL, and its bytes, padded to 8.
#include <string.h>

#include "internal.h"

struct reader {
  const uint8_t *next, *end;
  bool broken;
};

static uint64_t number(struct reader *reader) {
  uint64_t value = 0;
  if (reader->end - reader->next < 8) {
    reader->broken = true;
    return 0;
  }
  memcpy(&value, reader->next, sizeof value);
  reader->next += sizeof value;
  return value;
}

/// A number that is at most `most`.
static uint64_t bounded(struct reader *reader, uint64_t most) {
  uint64_t value = number(reader);
  if (value > most) reader->broken = true;
  return reader->broken ? 0 : value;
}

static bool flag(struct reader *reader) { return bounded(reader, 1) != 0; }

static const uint8_t *block(struct reader *reader, size_t *length) {
  *length = bounded(reader, (uint64_t)(reader->end - reader->next));
  size_t padded = (*length + 7) & ~(size_t)7;
  const uint8_t *bytes = reader->next;
  if (reader->broken || padded > (size_t)(reader->end - bytes)) {
    reader->broken = true;
    *length = 0;
    return bytes;
  }
  reader->next += padded;
  return bytes;
}

static const char *text(struct reader *reader) {
  size_t length;
  const char *bytes = (const char *)block(reader, &length);
  if (!reader->broken && length > 0 && memchr(bytes, 0, length) == bytes + length - 1) return bytes;
  reader->broken = true;
  return "";
}

static const char *_Nullable optional_text(struct reader *reader) { return flag(reader) ? text(reader) : NULL; }

/// A list that ends with NULL.
static const char *const *texts(struct reader *reader, const char *_Nullable *list, size_t capacity) {
  size_t count = bounded(reader, capacity - 1);
  for (size_t index = 0; index < count; index++) list[index] = text(reader);
  list[count] = NULL;
  return (const char *const *)list;
}

#define ROOM(list) (sizeof(list) / sizeof *(list))

static void read_view(struct reader *reader, struct airlock_plan_lists *lists, struct airlock_plan *plan) {
  plan->scratch = text(reader);
  plan->scratch_options = optional_text(reader);
  plan->view = optional_text(reader);
  plan->mount_point = optional_text(reader);
  plan->bind_count = bounded(reader, ROOM(lists->binds));
  for (size_t index = 0; index < plan->bind_count; index++)
    lists->binds[index] =
        (struct airlock_bind){.source = text(reader), .target = text(reader), .is_device = flag(reader)};
  plan->binds = lists->binds;
}

static void read_limits(struct reader *reader, struct airlock_plan_lists *lists, struct airlock_plan *plan) {
  plan->rlimit_count = bounded(reader, ROOM(lists->rlimits));
  for (size_t index = 0; index < plan->rlimit_count; index++) {
    struct airlock_rlimit *limit = &lists->rlimits[index];
    limit->resource = (int)bounded(reader, INT32_MAX);
    limit->soft = number(reader);
    limit->hard = number(reader);
  }
  plan->rlimits = lists->rlimits;
  plan->cpu_limit_ns = number(reader);
  plan->max_refused_processes = (uint32_t)bounded(reader, UINT32_MAX);
  plan->tasks = (uint32_t)bounded(reader, AIRLOCK_TASKS_TREE);
  plan->max_tasks = (uint32_t)bounded(reader, UINT32_MAX);
  plan->max_memory = number(reader);
}

static void read_rules(struct reader *reader, struct airlock_plan_lists *lists, struct airlock_plan *plan) {
  plan->landlock_abi = (int)bounded(reader, INT32_MAX);
  plan->path_rule_count = bounded(reader, ROOM(lists->path_rules));
  for (size_t index = 0; index < plan->path_rule_count; index++)
    lists->path_rules[index] = (struct airlock_path_rule){.path = text(reader), .writable = flag(reader)};
  plan->path_rules = lists->path_rules;
}

static void read_filter(struct reader *reader, struct airlock_plan *plan) {
  size_t length;
  const uint8_t *filter = block(reader, &length);
  if (length % sizeof *plan->filter != 0 || length / sizeof *plan->filter > UINT16_MAX) reader->broken = true;
  plan->filter = (const struct sock_filter *)(const void *)filter;
  plan->filter_length = (uint16_t)(length / sizeof *plan->filter);
  const uint8_t *verdicts = block(reader, &length);
  if (length != sizeof plan->verdicts) reader->broken = true;
  if (!reader->broken) memcpy(plan->verdicts, verdicts, length);
}

struct airlock_plan airlock_empty_plan(void) {
  struct airlock_plan plan;
  memset(&plan, 0, sizeof plan);
  plan.cgroup = -1;
  return plan;
}

bool airlock_read_plan(const uint8_t *bytes, size_t length, struct airlock_plan_lists *lists,
                       struct airlock_plan *plan) {
  struct reader reader = {.next = bytes, .end = bytes + length};
  *plan = airlock_empty_plan();
  if (number(&reader) != AIRLOCK_PLAN_FORMAT) return false;
  plan->namespaces = number(&reader);
  plan->role = (uint32_t)bounded(&reader, AIRLOCK_ROLE_SLOT);
  plan->host_uid = (uid_t)bounded(&reader, UINT32_MAX);
  plan->host_gid = (gid_t)bounded(&reader, UINT32_MAX);
  plan->change_identity = flag(&reader);
  read_view(&reader, lists, plan);
  plan->arguments = texts(&reader, lists->arguments, ROOM(lists->arguments));
  plan->environment = texts(&reader, lists->environment, ROOM(lists->environment));
  read_limits(&reader, lists, plan);
  read_rules(&reader, lists, plan);
  read_filter(&reader, plan);
  if (reader.broken || reader.next != reader.end || plan->arguments[0] == NULL) return false;
  plan->executable = plan->arguments[0];
  return true;
}
