import { useEffect } from 'preact/hooks'

/** Keeps the screen on while this is shown, where the phone can. A lock ends when the page is hidden: taken again after. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null
    let isGone = false
    async function take() {
      if (isGone || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
      lock = await navigator.wakeLock.request('screen').catch(() => null)
      if (isGone) void lock?.release()
    }
    void take()
    document.addEventListener('visibilitychange', take)
    return () => {
      isGone = true
      document.removeEventListener('visibilitychange', take)
      void lock?.release()
    }
  }, [])
}
