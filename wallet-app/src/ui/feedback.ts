let audio: AudioContext | null = null

/** Browsers let a page sound only after a touch: call this in a click, long before the sound. */
export function wakeSound(): void {
  audio ??= 'AudioContext' in window ? new AudioContext() : null
  void audio?.resume()
}

function tone(hertz: number, afterSeconds: number, seconds: number): void {
  if (audio?.state !== 'running') return
  const starts = audio.currentTime + afterSeconds
  const oscillator = audio.createOscillator()
  const volume = audio.createGain()
  oscillator.type = 'sine'
  oscillator.frequency.value = hertz
  volume.gain.setValueAtTime(0.0001, starts)
  volume.gain.exponentialRampToValueAtTime(0.25, starts + 0.02)
  volume.gain.exponentialRampToValueAtTime(0.0001, starts + seconds)
  oscillator.connect(volume).connect(audio.destination)
  oscillator.start(starts)
  oscillator.stop(starts + seconds)
}

/** Two notes up, one short buzz. */
export function soundPaid(): void {
  tone(660, 0, 0.16)
  tone(990, 0.13, 0.28)
  navigator.vibrate?.(120)
}

/** One low note, two buzzes: told apart without looking. */
export function soundNo(): void {
  tone(220, 0, 0.34)
  navigator.vibrate?.([90, 80, 90])
}
