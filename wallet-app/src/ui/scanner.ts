import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

/* For browsers without a detector of their own (iPhone, Firefox). Loaded only there, and only when somebody scans. */

// The library's default is a foreign CDN.
const overrides = { locateFile: () => wasm }
prepareZXingModule({ overrides })

/** Fetches it now, for a scan without a network later. */
export async function warm(): Promise<void> {
  await prepareZXingModule({ overrides, fireImmediately: true })
}

/** The text of the QR code in a picture, or null. */
export async function readPicture(picture: ImageData): Promise<string | null> {
  const [found] = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1 })
  return found?.isValid ? found.text : null
}
