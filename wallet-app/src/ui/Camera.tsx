import { useEffect, useRef, useState } from 'preact/hooks'
import { common } from '../text/common.ts'
import { Button } from './Button.tsx'
import { openReader } from './detect.ts'
import { Field } from './Field.tsx'
import { Notice } from './Notice.tsx'
import './code.css'

const everyMs = 120

export interface CameraProps {
  /** Gets every text that is read. Answers whether it was one of ours: then the camera stops. */
  onText: (text: string) => boolean
}

type State = 'starting' | 'running' | 'denied' | 'missing'

/** Reads QR codes until one is ours. Where there is no camera, a code can be pasted as text. */
export function Camera({ onText }: CameraProps) {
  const t = common().camera
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<State>('starting')
  const [isForeign, setForeign] = useState(false)
  const offer = useRef(onText)
  offer.current = onText

  useEffect(() => {
    let stream: MediaStream | null = null
    let timer = 0
    let isGone = false

    async function run() {
      const read = await openReader()
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
      })
      if (isGone || !video.current) return stop()
      video.current.srcObject = stream
      await video.current.play()
      setState('running')
      look()

      async function look() {
        if (isGone || !video.current) return
        const text = await read(video.current).catch(() => null)
        if (isGone) return
        if (text !== null) {
          if (offer.current(text)) return stop()
          setForeign(true)
        }
        timer = window.setTimeout(look, everyMs)
      }
    }
    function stop() {
      isGone = true
      clearTimeout(timer)
      stream?.getTracks().forEach((track) => {
        track.stop()
      })
    }

    if (!navigator.mediaDevices) setState('missing')
    else {
      run().catch((error: unknown) => {
        const isDenied = error instanceof DOMException && error.name === 'NotAllowedError'
        if (!isGone) setState(isDenied ? 'denied' : 'missing')
      })
    }
    return stop
  }, [])

  const hasNone = state === 'denied' || state === 'missing'
  return (
    <div class="stack">
      {hasNone ? (
        <Notice is="no">{t[state]}</Notice>
      ) : (
        <>
          <div class="camera">
            <video ref={video} muted playsInline aria-label={t.title} />
          </div>
          <p class="quiet" role="status">
            {isForeign ? t.notOurs : state === 'starting' ? t.starting : t.point}
          </p>
        </>
      )}
      <Paste isOpen={hasNone} onText={onText} />
    </div>
  )
}

function Paste({ isOpen, onText }: { isOpen: boolean; onText: (text: string) => boolean }) {
  const t = common().camera
  const [text, setText] = useState('')
  const [isForeign, setForeign] = useState(false)
  return (
    <details class="paste" open={isOpen}>
      <summary>{t.paste}</summary>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault()
          setForeign(!onText(text.trim()))
        }}
      >
        <Field
          label={t.paste}
          hint={t.pasteHint}
          value={text}
          onInput={setText}
          error={isForeign ? t.notOurs : null}
          isCode
        />
        <Button kind="quiet" type="submit">
          {t.read}
        </Button>
      </form>
    </details>
  )
}
