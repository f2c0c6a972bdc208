/** A short tone, made here: two notes, the second a fifth above. */

/** Hertz, and seconds from the beginning. */
const notes = [
  { pitch: 587.33, at: 0 },
  { pitch: 880, at: 0.11 },
] as const;
const LENGTH = 0.22;
const LOUDNESS = 0.12;
/** Milliseconds in which it does not sound again. */
const REST = 2_000;

let context: AudioContext | null = null;
let last = Number.NEGATIVE_INFINITY;

/** Browsers let a page sound only after somebody has used it. */
export function sound(): void {
  if (performance.now() - last < REST || typeof AudioContext === 'undefined') return;
  last = performance.now();
  context ??= new AudioContext();
  const { state } = context;
  if (state === 'running') play(context);
  else {
    const waiting = context;
    waiting.resume().then(
      () => play(waiting),
      () => {},
    );
  }
}

function play(context: AudioContext): void {
  for (const { pitch, at } of notes) {
    const start = context.currentTime + at;
    const oscillator = context.createOscillator();
    const volume = context.createGain();
    oscillator.type = 'sine';
    oscillator.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + LENGTH);
  }
}
