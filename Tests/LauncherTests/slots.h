// A zygote of the stub interpreter, and its slots, by the calls that the product makes.
#ifndef AIRLOCK_SLOTS_H
#define AIRLOCK_SLOTS_H

#include "airlock_launcher.h"
#include "launches.h"

/// What the product's Swift side makes of a cold run's plan: LaunchSpecification+Zygote.swift.
///
/// @param mode `serve`, or `threaded` for an interpreter that is not one thread alone.
struct airlock_plan zygote_plan(const char *mode);
struct airlock_plan slot_plan(void);

/// The zygote's plan goes through its bytes, as all plans of the product do.
///
/// @return as `airlock_start_zygote`.
uint32_t start_zygote(const struct airlock_plan *plan, struct airlock_zygote *zygote, int *error);
/// Takes what a zygote says first: whether it is ready.
bool is_ready(const struct airlock_zygote *zygote);
/// One that is ready for requests.
struct airlock_zygote ready_zygote(void);

/// Closes its socket, and waits until it and all of its slots are gone.
///
/// @param words what it printed; of at least 256 bytes.
/// @return its init's last report; its event is 0 where there was none.
struct airlock_report end_zygote(struct airlock_zygote *zygote, char *words);
/// The same, and expects this exit code and these words.
void expect_end(struct airlock_zygote *zygote, int code, const char *words, const char *when);

/// The processes of a zygote without slots: its init, and itself.
enum { ZYGOTE_PROCESSES = 2 };

/// From the request for it to its end.
struct slot {
  struct airlock_child child;
  struct airlock_streams streams;
  struct airlock_slot_answer answer;
  bool started, locked;
  struct airlock_report last; ///< of its init; event 0 when there is none
  uint32_t traces;
  char trace[64], output[256], errors[1024];
  char requests[16]; ///< `locked`, once nothing has kept the interpreter from going on
};

/// @param place as `airlock_inject` has it, or NULL.
/// @return as `airlock_ask_for_slot`.
uint32_t ask_for(struct slot *slot, int requests, const struct airlock_plan *plan, const char *place, int *error);
/// @return whether the zygote has made it.
bool take_answer(struct slot *slot, int requests);
/// Reads what init reports until the slot waits for its script, or has ended.
bool await_lock(struct slot *slot);
/// The host's word to init, which may be gone already.
void begin(const struct slot *slot);
/// All of this, with no place that fails.
struct slot waiting_slot(int requests, const struct airlock_plan *plan);
/// What it is to do.
void give_script(const struct slot *slot, const char *mode);
/// Reads to the end what there is of it, closes it, and waits for its init. Expects no word on its standard error: that
/// would be a sanitizer's.
void finish(struct slot *slot);

/// A zygote for `check`, which is to leave it as it was: without slots, with the descriptors that it had. Ends it, and
/// expects that nothing is left.
void with_zygote(const char *name, void (*check)(const struct airlock_zygote *zygote));

// What the program checks, by file.
void check_zygote_faults(void);
void check_requests(void);

#endif
