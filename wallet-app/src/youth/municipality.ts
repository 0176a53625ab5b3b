import { signal } from '@preact/signals'

const names = signal<((code: string) => string) | null>(null)
let isLoading = false

/** The name of a municipality; empty until the names are there. They are loaded when the first one is asked for. */
export function municipality(code: string): string {
  if (!isLoading) {
    isLoading = true
    import('../text/municipalities.ts').then(
      ({ municipalityName }) => {
        names.value = municipalityName
      },
      () => {
        isLoading = false
      },
    )
  }
  return names.value?.(code) ?? ''
}
