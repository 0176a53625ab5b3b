import { useEffect, useRef, useState } from 'preact/hooks'
import { explain } from '../text/explain.ts'

export interface Loaded<T> {
  /** Null until it came; what came before stays while it is asked for again. */
  value: T | null
  because: string | null
  isBusy: boolean
  reload(): void
  /** In the place of what came: an act answered with how things stand now. */
  set(value: T): void
}

/** What a screen shows, asked for when it opens and when `key` changes. An answer that comes too late is dropped. */
export function useLoad<T>(load: () => Promise<T>, key = ''): Loaded<T> {
  const [value, setValue] = useState<T | null>(null)
  const [because, setBecause] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(true)
  const [round, setRound] = useState(0)
  const latest = useRef(0)

  useEffect(() => {
    const mine = ++latest.current
    const isLate = () => mine !== latest.current
    setBusy(true)
    load().then(
      (answer) => {
        if (isLate()) return
        setValue(answer)
        setBecause(null)
        setBusy(false)
      },
      (error: unknown) => {
        if (isLate()) return
        setBecause(explain(error))
        setBusy(false)
      },
    )
    return () => {
      latest.current++
    }
  }, [key, round])

  return { value, because, isBusy, reload: () => setRound(round + 1), set: setValue }
}

/** Asks again and again while something is under way. */
export function useRepeat(again: () => void, isOn: boolean, everyMs: number): void {
  const latest = useRef(again)
  latest.current = again
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => latest.current(), everyMs)
    return () => clearInterval(timer)
  }, [isOn, everyMs])
}
