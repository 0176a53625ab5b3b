import { effect } from '@preact/signals'
import { language } from '../text/text.ts'

/** Long enough to be taken up by a screen reader; what stays longer is found again by whoever reads on, when it is over. */
const keptForMs = 5000

let timers: ReturnType<typeof setTimeout>[] = []

/** Says something to a screen reader without moving the focus. The same words twice are said twice. */
export function announce(words: string): void {
  const region = document.getElementById('polite')
  if (!region) return
  silence()
  const say = () => {
    region.textContent = words
  }
  timers = [setTimeout(say, 50), setTimeout(silence, keptForMs)]
}

function silence(): void {
  timers.forEach(clearTimeout)
  const region = document.getElementById('polite')
  if (region) region.textContent = ''
}

// What was said in one language makes no sense in another.
effect(() => {
  if (language.value && typeof document !== 'undefined') silence()
})
