type Read = (video: HTMLVideoElement) => Promise<string | null>

interface NativeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}

interface NativeDetectorClass {
  new (options: { formats: string[] }): NativeDetector
  getSupportedFormats(): Promise<string[]>
}

async function nativeDetector(): Promise<NativeDetectorClass | null> {
  const Detector = (globalThis as { BarcodeDetector?: NativeDetectorClass }).BarcodeDetector
  const formats = await Detector?.getSupportedFormats().catch((): string[] => [])
  return Detector && formats?.includes('qr_code') ? Detector : null
}

/**
 * Where the browser has no reader of its own, ours is fetched when there is time, so that scanning works later without a
 * network. Not on a phone that saves data.
 */
export async function warmReader(): Promise<void> {
  const { connection } = navigator as { connection?: { saveData?: boolean } }
  if (connection?.saveData || (await nativeDetector())) return
  if ('serviceWorker' in navigator && import.meta.env.PROD) await served()
  await (await import('./scanner.ts')).warm()
}

/** What is fetched before the service worker serves this page would not be kept: being ready is not yet serving. */
async function served(): Promise<void> {
  const workers = navigator.serviceWorker
  if (workers.controller !== null) return
  await new Promise((resolve) => workers.addEventListener('controllerchange', resolve, { once: true }))
}

/** The browser's own reader where there is one (Chrome on Android), else the self-hosted one. */
export async function openReader(): Promise<Read> {
  const Detector = await nativeDetector()
  if (Detector) {
    const detector = new Detector({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null
  }

  const { readPicture } = await import('./scanner.ts')
  const canvas = document.createElement('canvas')
  const brush = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    // 800 points are enough for the densest code we draw, and cheap phones stay quick.
    const scale = Math.min(1, 800 / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    if (!brush || canvas.width === 0 || canvas.height === 0) return null
    brush.drawImage(video, 0, 0, canvas.width, canvas.height)
    return await readPicture(brush.getImageData(0, 0, canvas.width, canvas.height))
  }
}
