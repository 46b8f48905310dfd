// A plan as bytes: the product's Swift side writes them (LaunchSpecification+Bytes.swift), the launcher reads them.
#ifndef AIRLOCK_PLAN_BYTES_H
#define AIRLOCK_PLAN_BYTES_H

#include "airlock_launcher.h"

/// @return how many; 0 when there is no room for them.
size_t plan_bytes(const struct airlock_plan *plan, uint8_t *bytes, size_t room);

#endif
