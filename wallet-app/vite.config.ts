import { preact } from '@preact/preset-vite'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/** Where `npm run dev:app` finds the server; the built app is served by the server itself. */
const server = process.env.KIPINA_URL ?? 'http://localhost:3000'

/** Faces that need the network anyway, and the scanner's wasm, are cached when they are first used. */
const cachedWhenUsed = ['assets/staff/**', 'assets/scanner-*', '**/*.wasm']

/** Drawn or asked by each face before anything is tapped. */
const firstNeeded =
  /\/src\/(api\/(client|links|refused)|text\/(common|explain|format|text)|ui\/(Button|Icon|Notice|Screen|Status|idle|lazyPart|online|screens|useAct|useArrival))\.tsx?$/

export default defineConfig({
  root: import.meta.dirname,
  plugins: [
    preact(),
    VitePWA({
      // Registered by `src/update.ts`: a new version never takes over while somebody pays.
      injectRegister: null,
      registerType: 'prompt',
      manifest: {
        name: 'Lompakko',
        short_name: 'Lompakko',
        description: 'Maksut ja kuitit',
        id: '/',
        start_url: '/',
        scope: '/',
        display: 'standalone',
        orientation: 'portrait',
        lang: 'fi',
        background_color: '#f7f5f1',
        theme_color: '#f7f5f1',
        icons: [
          { src: '/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: '/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: '/icon-maskable.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,svg,png,woff2}'],
        globIgnores: cachedWhenUsed,
        navigateFallback: '/index.html',
        navigateFallbackDenylist: [/^\/api\//, /^\/issuer\//],
        cleanupOutdatedCaches: true,
        // The first page is served by it too, so that what it fetches is there without a network.
        clientsClaim: true,
        runtimeCaching: [
          {
            // Names carry a hash of the content, so what is cached is never old.
            urlPattern: ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith('/assets/'),
            handler: 'CacheFirst',
            options: { cacheName: 'assets', expiration: { maxEntries: 60 } },
          },
        ],
      },
    }),
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    rolldownOptions: {
      output: {
        assetFileNames: 'assets/[name]-[hash][extname]',
        chunkFileNames: ({ moduleIds }) =>
          moduleIds.some((id) => /\/src\/(desk|office|staff)\//.test(id))
            ? 'assets/staff/[name]-[hash].js'
            : 'assets/[name]-[hash].js',
        entryFileNames: 'assets/[name]-[hash].js',
        // What every first screen needs, in one file: many small ones are a third larger, and as many questions.
        codeSplitting: { groups: [{ name: 'base', test: firstNeeded }] },
      },
    },
  },
  server: { proxy: { '/api': server, '/issuer': server } },
})
