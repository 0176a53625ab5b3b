import { useEffect } from 'preact/hooks'
import { Notice } from '../ui/Notice.tsx'
import { Screen, type ScreenProps } from '../ui/Screen.tsx'
import { Waiting } from '../ui/Status.tsx'
import type { Loaded } from './useLoad.ts'
import { staffWords } from './words.ts'

/** A staff screen. The browser's history keeps titles for months: it gets the product's name, never whose case it was. */
export function StaffScreen(props: Omit<ScreenProps, 'isWide'>) {
  useEffect(() => {
    document.title = staffWords().product
  }, [props.title])
  return <Screen {...props} isWide />
}

/** What stands in for content that is not there yet, or did not come. */
export function LoadState({ of }: { of: Loaded<unknown> }) {
  if (of.because !== null) return <Notice is="no">{of.because}</Notice>
  return of.value === null ? <Waiting /> : null
}
