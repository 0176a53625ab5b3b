import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { installCamera, launchBrowser, showToCamera } from '../support/browser.ts'

/** A page that watches its camera and tells the colour in the middle. */
const page = `<!doctype html><video autoplay muted playsinline></video><script type="module">
const video = document.querySelector('video')
video.srcObject = await navigator.mediaDevices.getUserMedia({ video: true })
window.middle = () => {
  const canvas = new OffscreenCanvas(1, 1), brush = canvas.getContext('2d')
  brush.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1)
  const [red, green] = brush.getImageData(0, 0, 1, 1).data
  return red < 90 && green > 180 ? 'green' : red > 200 && green > 200 ? 'white' : 'other'
}
</script>`

describe('Fake camera', function () {
  this.timeout(120_000)
  let browser: Browser
  let server: Server

  before(async () => {
    server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end(page))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await launchBrowser()
  })
  after(async () => {
    await browser?.close()
    server?.close()
  })

  it('sees what is held before it, and white when nothing is', async () => {
    const context = await browser.newContext({ viewport: { width: 200, height: 200 } })
    await installCamera(context)
    const watcher = await context.newPage()
    await watcher.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
    const sees = (colour: string) => watcher.waitForFunction((c) => (window as any).middle?.() === c, colour)
    await sees('white')

    const shown = await context.newPage()
    await shown.setContent('<body style="background: rgb(0, 255, 0)">')
    await showToCamera(watcher, await shown.screenshot())
    expect(await (await sees('green')).jsonValue()).to.equal(true)
    await showToCamera(watcher, null)
    expect(await (await sees('white')).jsonValue()).to.equal(true)
    await context.close()
  })
})
