// Launches of the test's payload, and what is left of each.
#ifndef AIRLOCK_LAUNCHES_H
#define AIRLOCK_LAUNCHES_H

#include "airlock_launcher.h"

/// The folder with `payload`, `view` and `scratch`, as scripts/check-launcher makes it.
extern const char *folder;
/// Set while SIGCHLD is ignored: then there is nothing to reap.
extern bool ignoring;

/// Counts what was not as expected.
extern int failures;
void expect(bool condition, const char *format, ...) __attribute__((format(printf, 2, 3)));

int raised(int descriptor);

/// A plan that runs the payload in full or portable isolation, under the identity that the product takes.
struct airlock_plan plan_for(const char *mode, bool full, int output);

/// How a mode ends, cold and in a slot.
struct ending {
  const char *mode;
  uint32_t cause;
  int code;   ///< or -1
  int signal; ///< or 0
};
/// Up to one without a mode.
extern const struct ending endings[];
void expect_ending(const struct ending *ending, const struct airlock_report *report, const char *where);

/// Puts this process below a filter that answers clone3 with ENOSYS, as the default profiles of container engines do.
void refuse_clone3(void);

/// Waits for the end of all processes that were launched, and expects as many descriptors as before.
void expect_nothing_left(const char *when, int descriptors);

/// What of a launch differs from the usual one.
struct variation {
  uint32_t fail_at, fail_place;
  bool end;                  ///< the host asks for the end at once
  bool kill;                 ///< init is killed after `kill_after_us`
  unsigned kill_after_us;
  int descriptors;           ///< RLIMIT_NOFILE during the launch; 0 leaves it
  uint64_t cpu_limit_ns;     ///< 0: five seconds
};

/// One launch to its end. Expects that no process and no descriptor is left.
///
/// @param text what the payload wrote; of at least 256 bytes, or NULL.
/// @return the last report; its event is 0 where there was none.
struct airlock_report run(const char *mode, bool full, struct variation variation, char *text);

#endif
