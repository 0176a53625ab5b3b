import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

// Only what a container needs, and silence: the flags @sparticuz/chromium suggests (single process) crash on a camera.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
]

interface Chromium {
  executablePath: string
  env: Record<string, string>
}

/** Chromium without a window: CHROMIUM_PATH, else the system's, else the one that came with `npm ci`. */
export async function launchBrowser(more: string[] = []): Promise<Browser> {
  const { executablePath, env } = await findChromium()
  return await chromium.launch({ executablePath, args: [...flags, ...more], env: { ...ownEnvironment(), ...env } })
}

export async function findChromium(): Promise<Chromium> {
  const given = process.env.CHROMIUM_PATH
  if (given !== undefined && given !== '') return { executablePath: given, env: {} }
  if (existsSync('/usr/bin/chromium')) return { executablePath: '/usr/bin/chromium', env: {} }
  return await unpackChromium()
}

/**
 * The package unpacks to one fixed name in the temporary folder, reuses whatever lies there, and two processes race for
 * it. So it is unpacked in a folder of its own, which then takes its place in one step.
 */
async function unpackChromium(): Promise<Chromium> {
  const root = resolve(import.meta.dirname, '../..')
  const place = join(root, 'node_modules/.cache/chromium')
  if (!existsSync(place)) {
    mkdirSync(dirname(place), { recursive: true })
    const own = mkdtempSync(join(dirname(place), 'unpacking-'))
    await inTemporaryFolder(own, async ({ default: packed, inflate }) => {
      await packed.executablePath()
      await inflate(join(packageFolder(), 'bin/al2023.tar.br'))
    })
    try {
      renameSync(own, place)
    } catch (error) {
      // Somebody else was first: theirs is as good.
      rmSync(own, { recursive: true, force: true })
      if (!existsSync(place)) throw error
    }
  }

  const executablePath = join(place, 'chromium')
  const fonts: Record<string, string> = existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(place, 'fonts') }
  if (runs(executablePath, fonts)) return { executablePath, env: fonts }
  // A bare Debian has no libnss3, libnspr4 or libexpat; the package brings its own.
  const env = { ...fonts, LD_LIBRARY_PATH: join(place, 'al2023/lib') }
  if (runs(executablePath, env)) return { executablePath, env }
  throw new Error('Chromium does not start here: install libnss3, libnspr4 and libexpat1, or set CHROMIUM_PATH')
}

async function inTemporaryFolder(
  folder: string,
  work: (packed: typeof import('@sparticuz/chromium')) => Promise<void>,
) {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    await work(await import('@sparticuz/chromium'))
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}

function packageFolder(): string {
  return resolve(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')
}

function runs(executablePath: string, env: Record<string, string>): boolean {
  const options = { env: { ...ownEnvironment(), ...env }, timeout: 20_000 }
  return spawnSync(executablePath, ['--no-sandbox', '--version'], options).status === 0
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

declare global {
  interface Window {
    showToCamera: (dataUrl: string | null) => Promise<void>
  }
}

/** Replaces the camera of every page of a context by a canvas; what it sees is set with `showToCamera`. */
export async function installCamera(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 1280
    canvas.height = 720
    const brush = canvas.getContext('2d')
    let seen: ImageBitmap | null = null

    function draw() {
      if (brush === null) return
      brush.fillStyle = 'white'
      brush.fillRect(0, 0, canvas.width, canvas.height)
      if (seen === null) return
      const scale = Math.min((canvas.width * 0.9) / seen.width, (canvas.height * 0.9) / seen.height)
      const [width, height] = [seen.width * scale, seen.height * scale]
      brush.imageSmoothingEnabled = scale < 1
      brush.drawImage(seen, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height)
    }
    // A canvas that is not drawn to gives no frames.
    setInterval(draw, 50)

    window.showToCamera = async (dataUrl) => {
      seen = dataUrl === null ? null : await createImageBitmap(toBlob(dataUrl))
      draw()
    }
    // Not fetch(dataUrl): the page's content security policy need not allow that.
    function toBlob(dataUrl: string): Blob {
      const bytes = Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), (letter) => letter.charCodeAt(0))
      return new Blob([bytes], { type: 'image/png' })
    }

    // There is no mediaDevices where a page is not a secure context, as in a real browser.
    if (navigator.mediaDevices === undefined) return
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20)
  })
}

/** Holds a picture before the camera of a page: a PNG, or a PNG as data URL; null takes it away. */
export async function showToCamera(page: Page, picture: Uint8Array | string | null): Promise<void> {
  const dataUrl =
    picture === null || typeof picture === 'string'
      ? picture
      : `data:image/png;base64,${Buffer.from(picture).toString('base64')}`
  await page.evaluate((url) => window.showToCamera(url), dataUrl)
}
