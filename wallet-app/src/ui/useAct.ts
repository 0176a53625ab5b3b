import { useEffect, useRef, useState } from 'preact/hooks'
import { Refused } from '../api/refused.ts'
import { explain } from '../text/explain.ts'

/** An action has four faces. */
export type Act<T> =
  | { is: 'idle' }
  | { is: 'busy' }
  | { is: 'done'; value: T }
  | { is: 'failed'; because: string; refused: Refused | null }

/**
 * `const [act, start, reset] = useAct((price) => pay(price))`. A second start while busy does nothing, and an answer
 * that comes after the screen has gone is dropped.
 */
export function useAct<G extends unknown[], T>(
  run: (...given: G) => Promise<T>,
): [Act<T>, (...given: G) => Promise<void>, () => void] {
  const [act, setAct] = useState<Act<T>>({ is: 'idle' })
  const isBusy = useRef(false)
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])

  async function start(...given: G): Promise<void> {
    if (isBusy.current) return
    isBusy.current = true
    setAct({ is: 'busy' })
    const next = await run(...given).then(
      (value): Act<T> => ({ is: 'done', value }),
      (error: unknown): Act<T> => ({
        is: 'failed',
        because: explain(error),
        refused: error instanceof Refused ? error : null,
      }),
    )
    isBusy.current = false
    if (!isGone.current) setAct(next)
  }

  return [act, start, () => setAct({ is: 'idle' })]
}
