import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { language } from '../text/text.ts'

/** The title of a screen takes the focus when the screen appears; not when it is merely said in another language. */
export function useArrival(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  const spoken = useRef<string | null>(null)
  useEffect(() => {
    const isTranslated = spoken.current !== null && spoken.current !== language.peek()
    spoken.current = language.peek()
    document.title = title
    if (isTranslated) return
    window.scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [title])
  return heading
}
