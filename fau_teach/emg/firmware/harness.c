/* Runs a sketch for the Arduino Mega 2560 in simavr. Its serial port is a pseudo terminal, its
 * analogue pins read a file of volts.
 *
 * Usage: harness ELF LINK VOLTS ROWS COLUMNS RATE PINS REFERENCE_MV SPEED BOOT_MS AUTO_RESET BEGIN
 *   LINK      name under which the pseudo terminal is found
 *   VOLTS     little-endian float32, ROWS x COLUMNS, RATE rows a second; repeated without end
 *   PINS      the analogue pin (0 to 7) of each column, such as 0,1,2,3; all others see 0 V
 *   SPEED     simulated seconds in a real one, 1 for real time; 0: as fast as it goes
 *   BOOT_MS   how long the board hears and says nothing after a reset, as with a boot loader
 *   AUTO_RESET  1: opening the port resets the board, as on the real one
 *   BEGIN     second of the file at which a reset begins
 *
 * Nothing is lost in here while somebody has the port open: where the reader is slow, the
 * simulation waits. While nobody has, what the board says is gone, as on a real port.
 * The value of a pin is taken at the moment at which its conversion starts, straight between two
 * rows of the file. At its end (SIGTERM) it says what share of the time since the last reset the
 * processor slept, and how many simulated seconds went into one of this computer's processor time.
 * What is not simulated: source impedance, noise, the USB bridge.
 *
 * simavr itself is under the GPL and is no part of the handbook; this file only calls it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum { CLOCK = 16000000, SLICE = CLOCK / 1000, BYTE = 10 * CLOCK / 115200 };
enum { PINS = 8, ROOM = 1 << 16 };

static avr_t *avr;
static avr_irq_t *adc, *uart_in;
static const float *volts;
static long rows, columns;
static double rate, begin_s;
static int column_of[PINS], reference_mv, master, opened;
static avr_cycle_count_t reset_at, asleep;
static uint8_t said[ROOM];
static size_t said_count;
static volatile sig_atomic_t over;

static void end(int sig) { over = sig; }

static void fail(const char *what) {
  fprintf(stderr, "harness: %s: %s\n", what, errno ? strerror(errno) : "wrong");
  exit(2);
}

static double volts_at(int pin) {
  if (pin >= PINS || column_of[pin] < 0 || rows < 1) return 0;
  double at = fmod((begin_s + (double)(avr->cycle - reset_at) / CLOCK) * rate, (double)rows);
  long first = (long)at, second = (first + 1) % rows;
  double a = volts[first * columns + column_of[pin]], b = volts[second * columns + column_of[pin]];
  return a + (at - first) * (b - a);
}

/* The data sheet's ADC: 1024 V / reference, cut off. simavr scales by 1023 and takes whole
 * millivolts; the smallest ones that give this count carry it through. */
static void on_conversion(avr_irq_t *irq, uint32_t value, void *unused) {
  union { avr_adc_mux_t mux; uint32_t v; } asked = {.v = value};
  (void)irq, (void)unused;
  if (asked.mux.kind != ADC_MUX_SINGLE || asked.mux.src >= PINS) return;
  double exact = volts_at(asked.mux.src) * 1024000.0 / reference_mv;
  int count = exact > 0 ? exact < 1023 ? (int)exact : 1023 : 0;
  avr_raise_irq(adc + ADC_IRQ_ADC0 + asked.mux.src, (count * reference_mv + 1022) / 1023);
}

static int is_open(void) {
  struct pollfd one = {.fd = master, .events = POLLOUT};
  return poll(&one, 1, 0) >= 0 && !(one.revents & POLLHUP);
}

static void flush(void) {
  while (said_count && !over) {
    ssize_t n = write(master, said, said_count);
    if (n > 0) {
      memmove(said, said + n, said_count -= (size_t)n);
    } else if (!is_open()) {
      said_count = 0;
    } else {
      struct pollfd one = {.fd = master, .events = POLLOUT};
      if (said_count < ROOM / 2) return;
      poll(&one, 1, 10);
    }
  }
}

static void on_byte(avr_irq_t *irq, uint32_t value, void *unused) {
  (void)irq, (void)unused;
  if (said_count == ROOM) flush();
  if (said_count < ROOM) said[said_count++] = (uint8_t)value;
}

/* One byte for the board, as fast as they come at 115,200 baud. */
static void hear(void) {
  static uint8_t bytes[64];
  static ssize_t count, next;
  static avr_cycle_count_t last, asked;
  if (avr->cycle - last < BYTE) return;
  if (next >= count) {
    if (avr->cycle - asked < SLICE) return;
    asked = avr->cycle, next = 0, count = read(master, bytes, sizeof bytes);
  }
  if (next < count) last = avr->cycle, avr_raise_irq(uart_in, bytes[next++]);
}

/* Sleep costs no real time here; main() keeps the pace. */
static void doze(avr_t *one, avr_cycle_count_t cycles) { (void)one, asleep += cycles; }

static double clock_s(clockid_t which) {
  struct timespec t;
  clock_gettime(which, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now_s(void) { return clock_s(CLOCK_MONOTONIC); }

static double cpu_s(void) { return clock_s(CLOCK_PROCESS_CPUTIME_ID); }

static void rest(double seconds) {
  struct timespec t = {.tv_sec = (time_t)seconds, .tv_nsec = (long)(fmod(seconds, 1) * 1e9)};
  if (seconds > 0) nanosleep(&t, NULL);
}

static void make_board(const char *elf) {
  elf_firmware_t firmware = {0};
  uint32_t flags = 0;
  if (elf_read_firmware(elf, &firmware)) fail(elf);
  avr = avr_make_mcu_by_name("atmega2560");
  if (!avr) fail("this simavr has no atmega2560");
  avr_init(avr);
  avr->log = 0;
  avr->frequency = CLOCK;
  firmware.frequency = CLOCK;
  avr_load_firmware(avr, &firmware);
  avr->vcc = avr->avcc = avr->aref = 5000;
  avr->sleep = doze;
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  adc = avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, 0);
  uart_in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  avr_irq_register_notify(adc + ADC_IRQ_OUT_TRIGGER, on_conversion, NULL);
  avr_irq_register_notify(uart_in + UART_IRQ_OUTPUT, on_byte, NULL);
}

static void make_port(const char *link) {
  struct termios mode;
  int slave;
  char name[256];
  if (openpty(&master, &slave, name, NULL, NULL)) fail("openpty");
  tcgetattr(slave, &mode);
  cfmakeraw(&mode);
  tcsetattr(slave, TCSANOW, &mode);
  fcntl(master, F_SETFL, O_NONBLOCK);
  opened = inotify_init1(IN_NONBLOCK);
  if (opened < 0 || inotify_add_watch(opened, name, IN_OPEN) < 0) fail("inotify");
  close(slave);
  unlink(link);
  if (symlink(name, link)) fail(link);
}

static void map_volts(const char *path) {
  int file = open(path, O_RDONLY);
  struct stat about;
  size_t size = (size_t)rows * (size_t)columns * sizeof(float);
  if (file < 0 || fstat(file, &about) || (size_t)about.st_size < size) fail(path);
  volts = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0) : NULL;
  if (volts == MAP_FAILED) fail(path);
  close(file);
}

/* Whether the port was opened since the last question; no opening is missed. */
static int was_opened(void) {
  struct inotify_event events[16];
  int found = 0;
  while (read(opened, events, sizeof events) > 0) found = 1;
  return found;
}

/* From power on or a reset until the sketch begins; what is typed meanwhile is gone. */
static void boot(double seconds) {
  uint8_t gone[256];
  while (!over && !is_open()) rest(0.002);
  was_opened();
  for (double until = now_s() + seconds; !over && now_s() < until;) rest(0.002);
  while (seconds > 0 && read(master, gone, sizeof gone) > 0) {}
  said_count = 0;
}

int main(int argc, char **argv) {
  if (argc != 13) return fprintf(stderr, "harness: 12 arguments, please\n"), 2;
  rows = atol(argv[4]), columns = atol(argv[5]), rate = atof(argv[6]);
  for (int i = 0; i < PINS; i++) column_of[i] = -1;
  char *next = argv[7];
  for (int i = 0; *next && i < columns; i++, next += *next == ',') {
    long pin = strtol(next, &next, 10);
    if (pin < 0 || pin >= PINS) fail("a pin");
    column_of[pin] = i;
  }
  reference_mv = atoi(argv[8]);
  double speed = atof(argv[9]), boot_s = atof(argv[10]) / 1000;
  int auto_reset = atoi(argv[11]);
  begin_s = atof(argv[12]);
  signal(SIGTERM, end), signal(SIGINT, end), signal(SIGPIPE, SIG_IGN);
  map_volts(argv[3]);
  make_board(argv[1]);
  make_port(argv[2]);

  double started = 0, cpu_at = 0;
  for (int reset = 1; !over; reset = auto_reset && was_opened()) {
    if (reset) {
      boot(boot_s);
      avr_reset(avr);
      reset_at = avr->cycle, asleep = 0, started = now_s(), cpu_at = cpu_s();
    }
    int here = is_open();
    for (avr_cycle_count_t until = avr->cycle + SLICE; avr->cycle < until;) {
      int state = avr_run(avr);
      if (state == cpu_Done || state == cpu_Crashed) fail("the sketch ended");
      if (here) hear();
    }
    flush();
    if (speed > 0) rest((double)(avr->cycle - reset_at) / CLOCK / speed - (now_s() - started));
  }
  unlink(argv[2]);
  double all = (double)(avr->cycle - reset_at + 1);
  printf("asleep %.4f ratio %.4f\n", (double)asleep / all, all / CLOCK / (cpu_s() - cpu_at));
  return 0;
}
