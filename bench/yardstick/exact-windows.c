/*
 * What stands beside the scorer: sliding windows over distinct patients and distinct clinics of each account, exactly, as somebody would write them in C who
 * knows the rows in advance. Rows are NDJSON in order of time, as lines of a file; every read of a patient that did not fail counts in each window,
 * and a window holds when it has so many patients and so many clinics.
 *
 * exact-windows FILE TIMESPAN_MS:PATIENTS:CLINICS ... (so many windows as WINDOWS)
 * Prints rows, accounts' windows that held at least once, the sum of the times at which they first did in milliseconds, and microseconds of the processor
 * without those of reading the file. Ends with 2 where a row is not of the form that it knows: no escapes, pseudonyms of 32 hexadecimal digits.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { WINDOWS = 3, CLINIC_BYTES = 16 };

typedef struct { int64_t span, patients, clinics; } Rule;
typedef struct { uint64_t high, low; uint32_t counts[WINDOWS]; } Patient;
typedef struct { char name[CLINIC_BYTES]; uint32_t counts[WINDOWS]; } Clinic;
typedef struct { int64_t time; uint64_t high, low; uint32_t clinic; } Access;

typedef struct {
  const char *group, *actor;
  uint32_t group_length, actor_length;
  Access *accesses;
  size_t heads[WINDOWS], length, room;
  Patient *patients;
  size_t places, used;
  Clinic *clinics;
  uint32_t clinic_count;
  int64_t distinct_patients[WINDOWS], distinct_clinics[WINDOWS];
  int held[WINDOWS];
} Account;

typedef struct { const char *at; uint32_t length; } Text;
typedef struct { Text time, group, actor, patient, clinic, action, outcome; } Row;

static Rule rules[WINDOWS];
static Account **accounts;
static size_t account_places = 1024, account_count;

static void refuse(const char *what) {
  fprintf(stderr, "exact-windows: %s\n", what);
  exit(2);
}

static void *must(void *memory) {
  if (!memory) refuse("out of memory");
  return memory;
}

static int is(Text text, const char *word) {
  return text.length == strlen(word) && !memcmp(text.at, word, text.length);
}

/* A text between quotes; the place behind its end. */
static const char *text_at(const char *at, Text *text) {
  if (*at != '"') refuse("a text was expected");
  const char *end = ++at;
  while (*end != '"') {
    if (*end == '\\' || *end == '\n' || !*end) refuse("a text has an escape or no end");
    end++;
  }
  text->at = at;
  text->length = (uint32_t)(end - at);
  return end + 1;
}

/* Anything that is no text: numbers, words, lists of texts. */
static const char *pass(const char *at) {
  for (int depth = 0;; at++) {
    if (*at == '[') depth++;
    else if (*at == ']') depth--;
    else if (*at == '"') {
      Text ignored;
      at = text_at(at, &ignored) - 1;
    } else if (*at == '\n' || !*at) refuse("a row has no end");
    else if (!depth && (*at == ',' || *at == '}')) return at;
  }
}

static const char *row_at(const char *at, Row *row) {
  if (*at++ != '{') refuse("a row was expected");
  memset(row, 0, sizeof *row);
  while (*at != '}') {
    Text key, value = {0, 0};
    at = text_at(at, &key);
    if (*at++ != ':') refuse("a value was expected");
    at = *at == '"' ? text_at(at, &value) : pass(at);
    if (is(key, "time")) row->time = value;
    else if (is(key, "group_id")) row->group = value;
    else if (is(key, "actor_id")) row->actor = value;
    else if (is(key, "patient_id")) row->patient = value;
    else if (is(key, "clinic_id")) row->clinic = value;
    else if (is(key, "action")) row->action = value;
    else if (is(key, "outcome")) row->outcome = value;
    if (*at == ',') at++;
  }
  return at + 1;
}

static int64_t digits(const char *at, int count) {
  int64_t value = 0;
  while (count--) {
    if (*at < '0' || *at > '9') refuse("a time was expected");
    value = value * 10 + (*at++ - '0');
  }
  return value;
}

/* 2026-03-02T08:00:00.000Z, milliseconds since 1970. Days from civil: H. Hinnant, "chrono-compatible low-level date algorithms". */
static int64_t time_of(Text text) {
  if (text.length != 24) refuse("a time has another length");
  int64_t year = digits(text.at, 4), month = digits(text.at + 5, 2), day = digits(text.at + 8, 2);
  year -= month <= 2;
  int64_t era = year / 400, year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
  return ((days * 24 + digits(text.at + 11, 2)) * 60 + digits(text.at + 14, 2)) * 60000 + digits(text.at + 17, 2) * 1000 + digits(text.at + 20, 3);
}

static uint64_t half(const char *at) {
  uint64_t value = 0;
  for (int n = 0; n < 16; n++) {
    char c = at[n];
    uint64_t digit = c >= '0' && c <= '9' ? (uint64_t)(c - '0') : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a' + 10) : 16;
    if (digit > 15) refuse("a pseudonym is not hexadecimal");
    value = value << 4 | digit;
  }
  return value;
}

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash_of(Text group, Text actor) {
  uint64_t hash = 14695981039346656037u;
  for (uint32_t n = 0; n < group.length; n++) hash = (hash ^ (unsigned char)group.at[n]) * 1099511628211u;
  for (uint32_t n = 0; n < actor.length; n++) hash = (hash ^ (unsigned char)actor.at[n]) * 1099511628211u;
  return hash ^ hash >> 29;
}

static Account **place_of(Text group, Text actor) {
  for (size_t at = hash_of(group, actor) & (account_places - 1);; at = (at + 1) & (account_places - 1)) {
    Account *account = accounts[at];
    if (!account || (account->actor_length == actor.length && account->group_length == group.length &&
                     !memcmp(account->actor, actor.at, actor.length) && !memcmp(account->group, group.at, group.length)))
      return &accounts[at];
  }
}

static Account *account_of(Text group, Text actor) {
  Account **place = place_of(group, actor);
  if (*place) return *place;
  if (++account_count * 4 > account_places * 3) {
    Account **before = accounts;
    size_t places = account_places;
    account_places *= 2;
    accounts = must(calloc(account_places, sizeof *accounts));
    for (size_t at = 0; at < places; at++)
      if (before[at])
        *place_of((Text){before[at]->group, before[at]->group_length}, (Text){before[at]->actor, before[at]->actor_length}) = before[at];
    free(before);
    place = place_of(group, actor);
  }
  Account *account = must(calloc(1, sizeof *account));
  account->group = group.at, account->group_length = group.length;
  account->actor = actor.at, account->actor_length = actor.length;
  return *place = account;
}

static size_t patient_place(const Account *account, uint64_t high, uint64_t low) {
  size_t mask = account->places - 1, at = (low ^ high * 0x9e3779b97f4a7c15u) & mask;
  while ((account->patients[at].high | account->patients[at].low) &&
         (account->patients[at].high != high || account->patients[at].low != low))
    at = (at + 1) & mask;
  return at;
}

/* Makes room by leaving out patients that no window holds any more. */
static void grow(Account *account) {
  Patient *before = account->patients;
  size_t places = account->places, held = 0;
  for (size_t at = 0; at < places; at++)
    for (int w = 0; w < WINDOWS; w++)
      if (before[at].counts[w]) { held++; break; }
  account->places = 16;
  while (account->places < 3 * (held + 1)) account->places *= 2;
  account->patients = must(calloc(account->places, sizeof *account->patients));
  account->used = 0;
  for (size_t at = 0; at < places; at++)
    for (int w = 0; w < WINDOWS; w++)
      if (before[at].counts[w]) {
        account->patients[patient_place(account, before[at].high, before[at].low)] = before[at];
        account->used++;
        break;
      }
  free(before);
}

static Patient *patient_of(Account *account, uint64_t high, uint64_t low) {
  if ((account->used + 1) * 4 > account->places * 3) grow(account);
  Patient *patient = &account->patients[patient_place(account, high, low)];
  if (!(patient->high | patient->low)) {
    patient->high = high, patient->low = low;
    account->used++;
  }
  return patient;
}

static uint32_t clinic_of(Account *account, Text name) {
  if (name.length > CLINIC_BYTES) refuse("a clinic has a longer name");
  char padded[CLINIC_BYTES] = {0};
  memcpy(padded, name.at, name.length);
  for (uint32_t at = 0; at < account->clinic_count; at++)
    if (!memcmp(account->clinics[at].name, padded, CLINIC_BYTES)) return at;
  account->clinics = must(realloc(account->clinics, (account->clinic_count + 1) * sizeof *account->clinics));
  Clinic *clinic = &account->clinics[account->clinic_count];
  memset(clinic, 0, sizeof *clinic);
  memcpy(clinic->name, padded, CLINIC_BYTES);
  return account->clinic_count++;
}

static void remember(Account *account, Access access) {
  if (account->length == account->room) {
    size_t oldest = account->heads[0];
    for (int w = 1; w < WINDOWS; w++)
      if (account->heads[w] < oldest) oldest = account->heads[w];
    if (oldest * 2 > account->length) {
      memmove(account->accesses, account->accesses + oldest, (account->length - oldest) * sizeof access);
      account->length -= oldest;
      for (int w = 0; w < WINDOWS; w++) account->heads[w] -= oldest;
    } else {
      account->room = account->room ? 2 * account->room : 16;
      account->accesses = must(realloc(account->accesses, account->room * sizeof access));
    }
  }
  account->accesses[account->length++] = access;
}

static void judge(Account *account, int64_t time, int64_t *matches, int64_t *sum) {
  for (int w = 0; w < WINDOWS; w++) {
    while (account->accesses[account->heads[w]].time <= time - rules[w].span) {
      Access *old = &account->accesses[account->heads[w]++];
      if (!--account->patients[patient_place(account, old->high, old->low)].counts[w]) account->distinct_patients[w]--;
      if (!--account->clinics[old->clinic].counts[w]) account->distinct_clinics[w]--;
    }
    if (account->held[w] || account->distinct_patients[w] < rules[w].patients || account->distinct_clinics[w] < rules[w].clinics)
      continue;
    account->held[w] = 1;
    ++*matches;
    *sum += time;
  }
}

static int64_t processor_micros(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

int main(int count, char **arguments) {
  if (count != 2 + WINDOWS) refuse("a file and three windows are needed");
  for (int w = 0; w < WINDOWS; w++)
    if (sscanf(arguments[2 + w], "%ld:%ld:%ld", &rules[w].span, &rules[w].patients, &rules[w].clinics) != 3) refuse("a window was expected");
  FILE *file = fopen(arguments[1], "rb");
  if (!file || fseek(file, 0, SEEK_END)) refuse("the file cannot be read");
  size_t size = (size_t)ftell(file);
  rewind(file);
  char *bytes = must(malloc(size + 1));
  if (fread(bytes, 1, size, file) != size) refuse("the file cannot be read");
  bytes[size] = 0;
  accounts = must(calloc(account_places, sizeof *accounts));
  int64_t begun = processor_micros(), rows = 0, matches = 0, sum = 0;
  for (const char *at = bytes; at < bytes + size; at++, rows++) {
    Row row;
    at = row_at(at, &row);
    if (!is(row.action, "read") || is(row.outcome, "failure") || !row.patient.length) continue;
    if (row.patient.length != 32) refuse("a pseudonym has another length");
    Account *account = account_of(row.group, row.actor);
    Access access = {time_of(row.time), half(row.patient.at), half(row.patient.at + 16), clinic_of(account, row.clinic)};
    remember(account, access);
    Patient *patient = patient_of(account, access.high, access.low);
    for (int w = 0; w < WINDOWS; w++) {
      if (!patient->counts[w]++) account->distinct_patients[w]++;
      if (!account->clinics[access.clinic].counts[w]++) account->distinct_clinics[w]++;
    }
    judge(account, access.time, &matches, &sum);
  }
  printf("{\"rows\":%ld,\"matches\":%ld,\"firstTimes\":%ld,\"micros\":%ld}\n", (long)rows, (long)matches, (long)sum, (long)(processor_micros() - begun));
  return 0;
}
