import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { common } from '../text/common.ts'
import { Button } from './Button.tsx'
import { Notice } from './Notice.tsx'

/** A component whose code is loaded when it is first drawn, and kept from then on. */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null

  return function Part(given: P): JSX.Element | null {
    const [Shown, setShown] = useState<ComponentType<P> | null>(() => loaded)
    const [hasFailed, setFailed] = useState(false)
    useEffect(() => {
      if (Shown || hasFailed) return
      load().then(
        (part) => {
          loaded = part
          setShown(() => part)
        },
        () => setFailed(true),
      )
    }, [Shown, hasFailed])

    if (hasFailed) {
      return (
        <Notice is="no">
          <p>{common().notLoaded}</p>
          <Button kind="bare" onClick={() => setFailed(false)}>
            {common().tryAgain}
          </Button>
        </Notice>
      )
    }
    return Shown && <Shown {...given} />
  }
}
