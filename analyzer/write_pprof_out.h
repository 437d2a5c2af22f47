/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a profile.proto, one after the other, and its strings. */
#ifndef WRITE_PPROF_OUT_H
#define WRITE_PPROF_OUT_H

#include <stdint.h>

#include <pprof.pb-c.h>

#include "strtab.h"
#include "write_gzip.h"

/* Numbers of the fields of a profile. */
enum {
	PPROF_SAMPLE_TYPE = 1,
	PPROF_SAMPLE,
	PPROF_MAPPING,
	PPROF_LOCATION,
	PPROF_FUNCTION,
	PPROF_STRING_TABLE,
	PPROF_TIME_NANOS = 9,
	PPROF_PERIOD_TYPE = 11,
	PPROF_PERIOD,
	PPROF_COMMENT,
	PPROF_DEFAULT_SAMPLE_TYPE
};

struct pprof_out {
	struct gzip *gzip;
	struct strtab strings; /* whose ids are the numbers; 0 is "" */
	unsigned char *buffer;
	size_t capacity;
};

void pprof_out_begin(struct pprof_out *o, FILE *out);

/* With the strings, behind everything that refers to them. */
void pprof_out_end(struct pprof_out *o);

/* The number of a string, which becomes UTF-8 without control characters. */
int64_t pprof_out_string(struct pprof_out *o, const char *text);

/* A field that holds a message of protobuf-c's: &x.base. */
void pprof_out_message(
	struct pprof_out *o, uint32_t number, const ProtobufCMessage *message);

/* One that holds a number; 0 needs no field. */
void pprof_out_number(struct pprof_out *o, uint32_t number, uint64_t value);

#endif
