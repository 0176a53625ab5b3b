/**
 * Registers the service worker. A new version waits until the app is opened again: it never takes over while somebody
 * pays, and an open page never loses the files it may still load.
 */
export function keepUpToDate(): void {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return
  const openedAt = Date.now()
  const isReplacing = navigator.serviceWorker.controller !== null
  let isReloading = false

  navigator.serviceWorker.addEventListener('controllerchange', () => {
    if (!isReplacing || isReloading || Date.now() - openedAt > 3000) return
    isReloading = true
    location.reload()
  })

  void navigator.serviceWorker.register('/sw.js').then((registration) => {
    registration.waiting?.postMessage({ type: 'SKIP_WAITING' })
  })
}
