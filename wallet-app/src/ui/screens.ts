import { type ReadonlySignal, signal } from '@preact/signals'

/** The screens of a face. The phone's own back button works; the address never changes. */
export interface Screens<S> {
  now: ReadonlySignal<S>
  go(next: S): void
  /** In the place of the one shown: back does not lead to it. */
  replace(next: S): void
  back(): void
  home(): void
}

interface Place<S> {
  face: string
  screen: S
  depth: number
}

/** One face at a time: `face` guards against a screen that another face left in the history. */
export function screensOf<S extends { is: string }>(face: string, home: S): Screens<S> {
  const left = history.state as Partial<Place<S>> | null
  const isOwn = left?.face === face && left.screen !== undefined
  const now = signal<S>(isOwn ? left.screen! : home)
  let depth = isOwn ? (left.depth ?? 0) : 0
  if (!isOwn) history.replaceState({ face, screen: home, depth } satisfies Place<S>, '')

  addEventListener('popstate', (event) => {
    const place = event.state as Partial<Place<S>> | null
    depth = place?.depth ?? 0
    now.value = place?.face === face && place.screen ? place.screen : home
  })

  const screens: Screens<S> = {
    now,
    go(next) {
      depth += 1
      history.pushState({ face, screen: next, depth } satisfies Place<S>, '')
      now.value = next
    },
    replace(next) {
      history.replaceState({ face, screen: next, depth } satisfies Place<S>, '')
      now.value = next
    },
    back() {
      if (depth > 0) history.back()
      else screens.replace(home)
    },
    home() {
      if (depth > 0) history.go(-depth)
      else screens.replace(home)
    },
  }
  return screens
}
