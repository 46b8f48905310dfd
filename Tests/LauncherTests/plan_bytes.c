#include "plan_bytes.h"

#include <string.h>

struct writer {
  uint8_t *bytes;
  size_t length, room;
};

static void raw_bytes(struct writer *writer, const void *bytes, size_t length) {
  if (length > writer->room - writer->length) length = 0, writer->room = writer->length;
  if (length > 0) memcpy(writer->bytes + writer->length, bytes, length);
  writer->length += length;
}

static void number(struct writer *writer, uint64_t value) { raw_bytes(writer, &value, sizeof value); }

static void block(struct writer *writer, const void *bytes, size_t length) {
  static const uint8_t padding[8] = {0};
  number(writer, length);
  raw_bytes(writer, bytes, length);
  raw_bytes(writer, padding, -length & 7);
}

static void text(struct writer *writer, const char *value) { block(writer, value, strlen(value) + 1); }

static void optional_text(struct writer *writer, const char *value) {
  number(writer, value != NULL);
  if (value != NULL) text(writer, value);
}

static void texts(struct writer *writer, const char *const *values) {
  size_t count = 0;
  while (values[count] != NULL) count++;
  number(writer, count);
  for (size_t index = 0; index < count; index++) text(writer, values[index]);
}

static void write_view(struct writer *writer, const struct airlock_plan *plan) {
  text(writer, plan->scratch);
  optional_text(writer, plan->scratch_options);
  optional_text(writer, plan->view);
  optional_text(writer, plan->mount_point);
  number(writer, plan->bind_count);
  for (size_t index = 0; index < plan->bind_count; index++) {
    text(writer, plan->binds[index].source);
    text(writer, plan->binds[index].target);
    number(writer, plan->binds[index].is_device);
  }
}

static void write_limits(struct writer *writer, const struct airlock_plan *plan) {
  number(writer, plan->rlimit_count);
  for (size_t index = 0; index < plan->rlimit_count; index++) {
    number(writer, (uint32_t)plan->rlimits[index].resource);
    number(writer, plan->rlimits[index].soft);
    number(writer, plan->rlimits[index].hard);
  }
  number(writer, plan->cpu_limit_ns);
  number(writer, plan->max_refused_processes);
  number(writer, plan->tasks);
  number(writer, plan->max_tasks);
  number(writer, plan->max_memory);
}

size_t plan_bytes(const struct airlock_plan *plan, uint8_t *bytes, size_t room) {
  struct writer writer = {.bytes = bytes, .room = room};
  number(&writer, AIRLOCK_PLAN_FORMAT);
  number(&writer, plan->namespaces);
  number(&writer, plan->role);
  number(&writer, plan->host_uid);
  number(&writer, plan->host_gid);
  number(&writer, plan->change_identity);
  write_view(&writer, plan);
  texts(&writer, plan->arguments);
  texts(&writer, plan->environment);
  write_limits(&writer, plan);
  number(&writer, (uint32_t)plan->landlock_abi);
  number(&writer, plan->path_rule_count);
  for (size_t index = 0; index < plan->path_rule_count; index++) {
    text(&writer, plan->path_rules[index].path);
    number(&writer, plan->path_rules[index].writable);
  }
  block(&writer, plan->filter, plan->filter_length * sizeof *plan->filter);
  block(&writer, plan->verdicts, sizeof plan->verdicts);
  // Whatever did not fit has made the room as large as what did; a plan that fills it exactly counts as one, too.
  return writer.length < writer.room ? writer.length : 0;
}
