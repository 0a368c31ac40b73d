// The frame of the wire, in plain C: tests compile this file for the computer as well.
// fau_teach/emg/protocol.py describes the wire byte by byte.
#ifndef NERVE_TO_LABEL_FRAME_H
#define NERVE_TO_LABEL_FRAME_H

#include <stdint.h>

enum {
  SYNC_1 = 0xA5, SYNC_2 = 0x5A,
  HEAD = 6, TAIL = 2, MOST_PAYLOAD = 255, MOST_FRAME = HEAD + MOST_PAYLOAD + TAIL
};

enum {
  TYPE_HELLO = 0x01, TYPE_DATA = 0x02, TYPE_STATUS = 0x03, TYPE_CLOSE = 0x04, TYPE_ERROR = 0x05,
  TYPE_PONG = 0x06,
  TYPE_ASK_HELLO = 0x81, TYPE_CONFIGURE = 0x82, TYPE_START = 0x83, TYPE_STOP = 0x84,
  TYPE_SELF_TEST = 0x85, TYPE_PING = 0x86, TYPE_BAUD = 0x87
};

// CRC-16/CCITT-FALSE, one byte further: polynomial 0x1021, to be started with 0xFFFF.
static inline uint16_t crc_step(uint16_t crc, uint8_t byte) {
  uint8_t x = (uint8_t)(crc >> 8) ^ byte;
  x ^= x >> 4;
  return (uint16_t)((crc << 8) ^ ((uint16_t)x << 12) ^ ((uint16_t)x << 5) ^ x);
}

static inline uint8_t *put8(uint8_t *at, uint8_t value) {
  *at = value;
  return at + 1;
}

static inline uint8_t *put16(uint8_t *at, uint16_t value) {
  return put8(put8(at, (uint8_t)value), (uint8_t)(value >> 8));
}

static inline uint8_t *put32(uint8_t *at, uint32_t value) {
  return put16(put16(at, (uint16_t)value), (uint16_t)(value >> 16));
}

// Write head and CRC around a payload that stands at frame + HEAD; returns the frame's length.
static inline uint16_t seal(uint8_t *frame, uint8_t type, uint8_t length, uint16_t number) {
  uint16_t crc = 0xFFFF;
  put16(put8(put8(put8(put8(frame, SYNC_1), SYNC_2), type), length), number);
  for (uint16_t i = 2; i < HEAD + length; i++) crc = crc_step(crc, frame[i]);
  put16(frame + HEAD + length, crc);
  return HEAD + length + TAIL;
}

#endif
