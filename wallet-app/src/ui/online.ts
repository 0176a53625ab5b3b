import { signal } from '@preact/signals'

/** What the phone thinks. `false` is certain; `true` only means that trying makes sense. */
export const isOnline = signal(typeof navigator === 'undefined' || navigator.onLine)

if (typeof addEventListener === 'function') {
  addEventListener('online', () => {
    isOnline.value = true
  })
  addEventListener('offline', () => {
    isOnline.value = false
  })
}
