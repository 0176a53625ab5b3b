/** Does what can wait when the device has time; what fails then is tried again when it is needed. */
export function whenIdle(work: () => Promise<unknown>): void {
  const run = () => void work().catch(() => {})
  if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: 10_000 })
  else setTimeout(run, 3000)
}
