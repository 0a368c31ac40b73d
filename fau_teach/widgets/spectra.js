// Filters, window and spectrum of a recorded trace, computed here; a page test compares with Python.
// Discrete Fourier transform in place, of a length that is a power of two; sign 1 goes back, without 1/n.
function fourier(re, im, sign) {
  const n = re.length;
  for (let k = 1, j = 0; k < n; k += 1) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (k < j) [re[k], re[j], im[k], im[j]] = [re[j], re[k], im[j], im[k]];
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k += 1) {
      const [c, s] = [Math.cos((2 * Math.PI * k) / size), sign * Math.sin((2 * Math.PI * k) / size)];
      for (let a = k, b = k + size / 2; a < n; a += size, b += size) {
        const [x, y] = [re[b] * c - im[b] * s, re[b] * s + im[b] * c];
        [re[b], im[b], re[a], im[a]] = [re[a] - x, im[a] - y, re[a] + x, im[a] + y];
      }
    }
  }
}

function gainAt(hertz, { steps, low, high }, { rate, order, mains, quality }) {
  const [tan, angle] = [(f) => Math.tan((Math.PI * f) / rate), (2 * Math.PI * hertz) / rate];
  let total = 1;
  if (steps.includes("band")) {
    const [below, above, here] = [low, high, hertz].map(tan);
    total /= 1 + ((here * here - below * above) / (here * (above - below))) ** (2 * order);
  }
  if (!steps.includes("notch")) return total;
  return [1, 2].reduce((product, multiple) => {
    const middle = (2 * Math.PI * multiple * mains) / rate;
    const away = (Math.cos(angle) - Math.cos(middle)) ** 2;
    return (product * away) / (away + Math.tan(middle / quality / multiple / 2) ** 2 * Math.sin(angle) ** 2 + 1e-300);
  }, total);
}

const powerOf = (values) => {
  const [re, im] = [Float64Array.from(values), new Float64Array(values.length)];
  fourier(re, im, -1);
  return re.slice(0, values.length / 2 + 1).map((x, k) => x * x + im[k] * im[k]);
};

function filteredTrace(volts, state, data) {
  const n = volts.length;
  const [re, im] = [Float64Array.from(volts), new Float64Array(n)];
  fourier(re, im, -1);
  for (let k = 0; k < n; k += 1) {
    const factor = gainAt((Math.min(k, n - k) * data.rate) / n, state, data) / n;
    re[k] *= factor;
    im[k] *= factor;
  }
  fourier(re, im, 1);
  const x = state.steps.includes("rectify") ? re.map(Math.abs) : re;
  if (!state.steps.includes("rms")) return x;
  const half = Math.floor((state.window * data.rate) / 2000);
  let sum = 0;
  for (let k = -half; k < half; k += 1) sum += x[(k + n) % n] ** 2;
  return x.map((_, k) => {
    sum += x[(k + half) % n] ** 2;
    const mean = Math.max(0, sum) / (2 * half + 1);
    sum -= x[(k - half + n) % n] ** 2;
    return Math.sqrt(mean);
  });
}

function levelsOf(values, level, { rate, rest, work }) {
  return [rest, work].map(([from, to]) => {
    const part = values.slice(Math.round(from * rate), Math.round(to * rate));
    const mean = part.reduce((a, b) => a + b) / part.length;
    return level ? mean : Math.sqrt(part.reduce((a, b) => a + (b - mean) ** 2, 0) / part.length);
  });
}
