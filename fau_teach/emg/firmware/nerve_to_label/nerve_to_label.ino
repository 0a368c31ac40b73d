// Nerve to Label: samples 1 to 8 analogue pins of an Arduino Mega 2560 on a timer and sends them
// in numbered, checked frames. fau_teach/emg/protocol.py describes the wire byte by byte.
//
// How it works. Timer 1 ticks at the sampling rate. Its interrupt starts the first conversion; the
// interrupt of the ADC keeps the count and starts the next one. The rows go into one of a ring of
// frames while loop() sends those that are full. Where there is nothing to do, the processor
// sleeps.
//
// SAFETY. Feed sensor and computer from batteries while electrodes touch a person. No pin may see
// more than 5 V. This is no medical device.
//
// Source: S4-003. Licence: BSD-3-Clause, as the handbook that it belongs to.

#include <avr/sleep.h>
#include <util/atomic.h>
#include "frame.h"

// What you may change. FIRST_BAUD: 500000, or 115200 where a cable or driver fails.
#ifndef FIRST_BAUD
#define FIRST_BAUD 500000UL
#endif
// The ADC's full scale in mV: 5000 (the supply), 2560 or 1100 (built in, for weak signals).
#ifndef REFERENCE_MV
#define REFERENCE_MV 5000
#endif
// What the sensor puts out: 0 raw EMG, 1 an envelope (rectified and smoothed), 2 unknown.
#ifndef SIGNAL_KIND
#define SIGNAL_KIND 2
#endif
// 1 takes any rate, to show what then goes wrong.
#ifndef NO_LIMITS
#define NO_LIMITS 0
#endif
// The number of the first frame after START; only tests change it.
#ifndef FIRST_NUMBER
#define FIRST_NUMBER 0
#endif

enum { PROTOCOL = 1, FIRMWARE_1 = 1, FIRMWARE_2 = 0, FIRMWARE_3 = 0 };
enum { MOST_CHANNELS = 8, PINS = 16, UNUSED = 0xFF, SLOWEST = 4, DATA_HEAD = 6, MOST_ASKED = 12 };
enum {
  NO_SUCH_TYPE = 1, WRONG_LENGTH, WRONG_CRC, WRONG_CHANNELS, ADC_TOO_SLOW, LINE_TOO_SLOW, TOO_SLOW,
  WRONG_BATCH, BUSY, WRONG_BAUD
};
// Microseconds from one channel to the next (13 + 1 clocks of 8 us), and to begin a row.
enum { CHANNEL_US = 112, ROW_US = 32 };
const uint8_t REFERENCE = REFERENCE_MV == 5000   ? _BV(REFS0)
                          : REFERENCE_MV == 2560 ? _BV(REFS1) | _BV(REFS0)
                                                 : _BV(REFS1);
const uint32_t BAUDS[] = {115200UL, 250000UL, 500000UL};

// How it is set.
uint8_t channels = 4, batch = 10;
uint8_t pins[MOST_CHANNELS] = {0, 1, 2, 3, UNUSED, UNUSED, UNUSED, UNUSED};
uint16_t rate = 1000;
uint32_t baud = FIRST_BAUD;
bool self_test = false;
bool running = false;

// Shared with the interrupts. A frame belongs to them until its rows are set, then to loop(). Two
// frames would do, but for a batch that is shorter than the time of a STATUS or PONG on the line.
enum { SLOTS = 8 };
uint8_t frames[SLOTS][MOST_FRAME];
volatile uint8_t rows[SLOTS];  // rows of a full frame; 0: free
volatile uint16_t numbers[SLOTS];
volatile uint8_t filling;      // the frame that is being filled
uint8_t *at;                 // where the next count goes
uint8_t row, channel;        // rows in it so far; the channel that is being converted
volatile bool scanning;        // a row is being converted
bool cut;                    // this row ends the batch
uint16_t ramp;               // the row's number in the self test
volatile uint16_t number;    // of the next DATA or STATUS
volatile uint32_t overruns, dropped, sent;
uint8_t mux[MOST_CHANNELS], mux_high[MOST_CHANNELS];
uint16_t ticks, parts, rest; // period of timer 1, its remainder in 1/rate ticks, and their sum

// What loop() sends and hears.
const uint8_t *out;
uint16_t out_left;
uint8_t out_frame = UNUSED;  // the DATA frame that is being sent
uint8_t next_frame;          // the DATA frame that comes next
uint8_t reply[HEAD + 24 + TAIL];
uint8_t reply_type, reply_size;  // its payload; type 0: there is none
bool close_due, status_due;
uint32_t status_at;          // [ms]
uint8_t heard[HEAD + MOST_ASKED + TAIL];
uint8_t heard_count;
uint32_t heard_at;           // [ms]
uint16_t damaged;
uint32_t new_baud, trial_at; // the speed after the reply; since when it is on trial [ms]
bool on_trial;

// ---- sampling: interrupts

static void begin_batch() {
  at = frames[filling] + HEAD + DATA_HEAD;
  row = 0;
  cut = false;
}

static inline uint8_t after(uint8_t slot) { return (slot + 1) % SLOTS; }

// Hand a batch over. Where no other frame is free, this batch is lost, and counted.
static void end_batch() {
  uint16_t mine = number++;
  if (rows[after(filling)]) {
    dropped++;
  } else {
    numbers[filling] = mine;
    sent += row;
    rows[filling] = row;
    filling = after(filling);
  }
  begin_batch();
}

static void end_row() {
  scanning = false;
  ramp++;
  if (++row == batch || cut) end_batch();
}

static inline void convert(uint8_t which) {
  channel = which;
  ADMUX = mux[which];
  ADCSRB = mux_high[which];
  ADCSRA |= _BV(ADSC);
}

ISR(TIMER1_COMPA_vect) {
  // A period that is no whole number of ticks gets one more now and then: the mean is exact.
  uint16_t period = ticks;
  rest += parts;
  if (rest >= rate) {
    rest -= rate;
    period++;
  }
  OCR1A = period - 1;
  if (scanning) {  // the ADC has not finished: this tick has no row
    overruns++;
    cut = true;
    return;
  }
  if (row == 0) put32(frames[filling] + HEAD, micros());
  scanning = true;
  if (!self_test) {
    convert(0);
    return;
  }
  for (uint8_t i = 0; i < channels; i++) at = put16(at, (ramp + 128 * i) & 1023);
  end_row();
}

ISR(ADC_vect) {
  if (!scanning) return;  // the dummy conversion
  at = put16(at, ADC);    // before the next pin is chosen
  if (channel + 1 < channels) convert(channel + 1);
  else end_row();
}

// ---- sampling: on and off

// Only ever ask for what can be done; 0 where all is well, else the code, with its value.
static uint8_t refusal(uint8_t n, const uint8_t *list, uint16_t hz, uint8_t many, uint16_t *value) {
  uint16_t taken = 0;
  *value = n;
  if (n < 1 || n > MOST_CHANNELS) return WRONG_CHANNELS;
  for (uint8_t i = 0; i < n; i++) {
    *value = list[i];
    if (list[i] >= PINS || (taken & (1U << list[i]))) return WRONG_CHANNELS;
    taken |= 1U << list[i];
  }
  *value = (MOST_PAYLOAD - DATA_HEAD) / (2 * n);
  if (many < 1 || many > *value) return WRONG_BATCH;
  *value = SLOWEST;
  if (hz < SLOWEST) return TOO_SLOW;
  if (NO_LIMITS) return 0;
  uint32_t adc = 1000000UL / (CHANNEL_US * n + ROW_US);
  uint32_t size = HEAD + DATA_HEAD + 2UL * n * many + TAIL;
  uint32_t line = baud * 9 / 100 * many / size;
  *value = adc;
  if (hz > adc) return ADC_TOO_SLOW;
  *value = line;
  return hz > line ? LINE_TOO_SLOW : 0;
}

static void start() {
  bool slow = rate < 250;  // a tick of timer 1 is 4 us, else 1/16 us
  uint32_t clock = slow ? F_CPU / 64 : F_CPU;
  ticks = clock / rate;
  parts = clock % rate;
  for (uint8_t i = 0; i < channels; i++) {
    mux[i] = REFERENCE | (pins[i] & 7);
    mux_high[i] = pins[i] & 8 ? _BV(MUX5) : 0;
  }
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    number = FIRST_NUMBER;
    ramp = rest = 0;
    overruns = dropped = sent = 0;
    filling = next_frame = 0;
    scanning = false;
    begin_batch();
    TCCR1A = 0;
    TCCR1B = _BV(WGM12);
    TCNT1 = 0;
    OCR1A = ticks - 1;
    TIFR1 = _BV(OCF1A);
    TIMSK1 = _BV(OCIE1A);
    TCCR1B = _BV(WGM12) | _BV(CS10) | (slow ? _BV(CS11) : 0);
  }
  running = status_due = true;
  close_due = false;
  status_at = millis();
}

static void stop() {
  if (running) {
    TIMSK1 = 0;
    while (scanning) {}  // a row at most
    TCCR1B = 0;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      if (row) end_batch();
    }
    running = status_due = false;
  }
  close_due = true;
}

// ---- sending

static void answer(uint8_t type, uint8_t size) {
  reply_type = type;
  reply_size = size;
}

static void hello() {
  uint8_t *p = reply + HEAD;
  p = put8(put8(put8(put8(p, PROTOCOL), FIRMWARE_1), FIRMWARE_2), FIRMWARE_3);
  p = put8(put16(put8(p, 10), REFERENCE_MV), channels);
  for (uint8_t i = 0; i < MOST_CHANNELS; i++) p = put8(p, i < channels ? pins[i] : UNUSED);
  put8(put32(put8(put16(p, rate), batch), new_baud ? new_baud : baud), SIGNAL_KIND);
  answer(TYPE_HELLO, 24);
}

static void error(uint8_t code, uint16_t value) {
  put16(put8(reply + HEAD, code), value);
  answer(TYPE_ERROR, 3);
}

static void count(uint8_t type) {
  uint32_t now = micros();
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    put32(put32(put32(put32(reply + HEAD, now), overruns), dropped), sent);
  }
  answer(type, 16);
}

// Choose what goes out next: an answer, a batch, or a count. DATA and STATUS leave in the order of
// their numbers; all others show the number of the next of these.
static void choose() {
  bool counts = false;
  if (!reply_type && !rows[next_frame]) {
    counts = status_due;
    if (status_due) count(TYPE_STATUS);
    else if (close_due) count(TYPE_CLOSE);
  }
  uint8_t n;
  uint16_t mine;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    n = rows[next_frame];
    mine = n ? numbers[next_frame] : number;
    if (counts && !n) number++;
  }
  if (counts && n) reply_type = 0;  // a batch has just come between
  if (reply_type) {
    if (counts) status_due = false;
    if (reply_type == TYPE_CLOSE) close_due = false;
    out_left = seal(reply, reply_type, reply_size, mine);
    out = reply;
  } else if (n) {
    uint8_t *frame = frames[next_frame];
    put8(put8(frame + HEAD + 4, channels), n);
    out_left = seal(frame, TYPE_DATA, DATA_HEAD + 2 * channels * n, mine);
    out = frame;
    out_frame = next_frame;
    next_frame = after(next_frame);
  }
}

static void send() {
  if (running && millis() - status_at >= 1000) {
    status_at += 1000;
    status_due = true;
  }
  if (!out_left) choose();
  if (!out_left) return;
  uint16_t room = Serial.availableForWrite();
  if (room > out_left) room = out_left;
  Serial.write(out, room);
  out += room;
  out_left -= room;
  if (out_left) return;
  if (out_frame == UNUSED) {
    reply_type = 0;
  } else {  // the interrupts may fill it again
    rows[out_frame] = 0;
    out_frame = UNUSED;
  }
}

static void speed(uint32_t asked) {
  Serial.flush();
  Serial.begin(baud = asked);
}

// ---- hearing

static uint16_t get16(const uint8_t *p) { return p[0] | (uint16_t)p[1] << 8; }

static uint32_t get32(const uint8_t *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }

static int8_t expected(uint8_t type) {
  switch (type) {
    case TYPE_ASK_HELLO: case TYPE_START: case TYPE_STOP: return 0;
    case TYPE_SELF_TEST: return 1;
    case TYPE_BAUD: return 4;
    case TYPE_PING: return 8;
    case TYPE_CONFIGURE: return 12;
  }
  return -1;
}

static void configure(const uint8_t *p) {
  uint16_t value;
  uint8_t code = refusal(p[0], p + 1, get16(p + 9), p[11], &value);
  if (code) return error(code, value);
  channels = p[0];
  memcpy(pins, p + 1, MOST_CHANNELS);
  rate = get16(p + 9);
  batch = p[11];
  hello();
}

static void change_speed(uint32_t asked) {
  for (uint8_t i = 0; i < sizeof BAUDS / sizeof *BAUDS; i++) {
    if (asked != BAUDS[i]) continue;
    new_baud = asked;
    return hello();
  }
  error(WRONG_BAUD, baud / 100);
}

static void obey(uint8_t type, uint8_t length, const uint8_t *p) {
  uint32_t now = micros();
  int8_t right = expected(type);
  if (right < 0) return error(NO_SUCH_TYPE, type);
  if (length != right) return error(WRONG_LENGTH, length);
  on_trial = false;  // whoever is understood has the right speed
  bool sets = type == TYPE_CONFIGURE || type == TYPE_START || type == TYPE_SELF_TEST ||
              type == TYPE_BAUD;
  if (sets && (running || close_due || rows[next_frame])) return error(BUSY, type);
  switch (type) {
    case TYPE_ASK_HELLO: return hello();
    case TYPE_CONFIGURE: return configure(p);
    case TYPE_STOP: return stop();
    case TYPE_BAUD: return change_speed(get32(p));
    case TYPE_SELF_TEST:
      self_test = p[0] != 0;
      return hello();
    case TYPE_PING:
      memcpy(reply + HEAD, p, 8);
      put32(reply + HEAD + 8, now);
      return answer(TYPE_PONG, 12);
    case TYPE_START: {
      uint16_t value;  // the line may have become slower
      uint8_t code = refusal(channels, pins, rate, batch, &value);
      if (code) return error(code, value);
      start();
    }
  }
}

// Forget the first bytes and look for a frame in the rest.
static void forget(uint8_t n) {
  do {
    memmove(heard, heard + n, heard_count -= n);
    n = 1;
  } while (heard_count && (heard[0] != SYNC_1 || (heard_count > 1 && heard[1] != SYNC_2)));
}

// Take a frame out of what was heard; false where none is complete.
static bool understand() {
  if (heard_count < HEAD) return false;
  uint8_t length = heard[3];
  if (length > MOST_ASKED) {
    error(WRONG_LENGTH, length);
    forget(2);
    return true;
  }
  if (heard_count < HEAD + length + TAIL) return false;
  uint16_t crc = 0xFFFF;
  for (uint8_t i = 2; i < HEAD + length; i++) crc = crc_step(crc, heard[i]);
  if (crc != get16(heard + HEAD + length)) {
    error(WRONG_CRC, ++damaged);
    forget(2);
    return true;
  }
  obey(heard[2], length, heard + HEAD);
  forget(HEAD + length + TAIL);
  return true;
}

static bool hear() {
  bool busy = false;
  while (!reply_type) {  // one answer at a time; the rest waits in the UART's buffer
    if (understand()) {
      busy = true;
      continue;
    }
    int byte = Serial.read();
    if (byte < 0) break;
    busy = true;
    heard_at = millis();
    heard[heard_count++] = byte;
    if (heard_count < 3) forget(0);
  }
  if (heard_count && !reply_type && millis() - heard_at > 100) heard_count = 0;
  return busy;
}

// ---- the sketch

void setup() {
  Serial.begin(baud);
  ADMUX = REFERENCE;
  ADCSRA = _BV(ADEN) | _BV(ADIE) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);  // 125 kHz
  DIDR0 = DIDR2 = 0xFF;   // no digital input on analogue pins
  ADCSRA |= _BV(ADSC);    // the first conversion takes 25 clocks: not one of ours
  while (ADCSRA & _BV(ADSC)) {}
  set_sleep_mode(SLEEP_MODE_IDLE);
  hello();
}

void loop() {
  bool busy = hear();
  send();
  if (new_baud && !reply_type) {
    speed(new_baud);
    new_baud = 0;
    trial_at = millis();
    on_trial = true;
  }
  if (on_trial && millis() - trial_at > 2000) {
    on_trial = false;
    speed(FIRST_BAUD);
    hello();
  }
  // Sleep, unless an interrupt brought work since. The next one wakes it.
  noInterrupts();
  bool work = out_left ? Serial.availableForWrite() : rows[next_frame] || reply_type;
  if (!busy && !work && (reply_type || !Serial.available())) {
    sleep_enable();
    interrupts();  // takes effect after the next instruction
    sleep_cpu();
    sleep_disable();
  }
  interrupts();
}
