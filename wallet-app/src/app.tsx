import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isForTill, readLink } from './api/links.ts'
import { common } from './text/common.ts'
import { Button } from './ui/Button.tsx'
import { Status } from './ui/Status.tsx'

type Face = 'youth' | 'till' | 'desk' | 'office'

/** Each face is a file of its own, loaded when its address is opened. */
const faces = import.meta.glob<{ default: ComponentType }>('./*/{Youth,Till,Desk,Office}.tsx')

const fileOf: Record<Face, string> = {
  youth: './youth/Youth.tsx',
  till: './till/Till.tsx',
  desk: './desk/Desk.tsx',
  office: './office/Office.tsx',
}

async function load(face: Face): Promise<ComponentType> {
  const file = faces[fileOf[face]]
  if (!file) throw new Error(`This build has no ${face}`)
  return (await file()).default
}

/** One path a face; what is behind it stands in the history's state, so that no address tells anything. */
function faceOf(path: string, hash: string): Face {
  if (path.startsWith('/till')) return 'till'
  if (path.startsWith('/desk')) return 'desk'
  if (path.startsWith('/office')) return 'office'
  if (path.startsWith('/p')) {
    const link = readLink(`${location.origin}/p${hash}`)
    if (link && isForTill(link)) return 'till'
  }
  return 'youth'
}

/** The face for this address, loaded when it is needed and never before. */
export function App() {
  const [Shown, setShown] = useState<ComponentType | null>(null)
  const [hasFailed, setFailed] = useState(false)

  useEffect(() => {
    load(faceOf(location.pathname, location.hash))
      .then((face) => setShown(() => face))
      .catch((error: unknown) => {
        console.error(error)
        setFailed(true)
      })
  }, [])

  if (hasFailed) {
    const t = common()
    return (
      <Status is="no" title={t.notLoaded} foot={<Button onClick={() => location.reload()}>{t.tryAgain}</Button>}>
        {t.refusal.offline}
      </Status>
    )
  }
  return Shown === null ? null : <Shown />
}
