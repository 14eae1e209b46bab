// How the frontend is served in development and built. The browser talks to this server only: it forwards the API and
// the sockets to the backend (WEB_ORIGIN) and leaves the Host header alone, because Django compares it with the Origin.
import react from '@vitejs/plugin-react';
import { createLogger } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';

const target = process.env.WEB_ORIGIN || 'http://localhost:8000';
const forward = { target, changeOrigin: false, ws: true };

export default defineConfig({
  plugins: [react()],
  cacheDir: process.env.VITE_CACHE_DIR || 'node_modules/.vite',
  customLogger: quietLogger(),
  server: {
    host: '0.0.0.0',
    port: Number(process.env.FRONTEND_PORT || 5173),
    strictPort: true,
    allowedHosts: ['localhost', 'frontend'],
    proxy: { '/api': forward, '/ws': forward, '/static': forward, '/healthz': forward, '/admin': forward },
    watch: process.env.WATCH_POLLING === 'true' ? { usePolling: true, interval: 500 } : {},
  },
  define: { 'import.meta.env.VITE_FLOWER_PORT': JSON.stringify(process.env.FLOWER_PORT || '5555') },
  build: { target: 'es2022' },
  test: {
    environment: 'jsdom',
    restoreMocks: true,
    testTimeout: 30_000, // ms: how fast a machine is says nothing about the code
    exclude: [...configDefaults.exclude, 'e2e/**'],
  },
});

/** A logger that says nothing about a backend that is away: pages show it, and it comes back by itself. */
function quietLogger() {
  const logger = createLogger();
  const speak = logger.error.bind(logger);
  logger.error = (message, options) => {
    const isAway = /(http|ws) proxy (socket )?error/.test(message) && /ECONN|EPIPE|ENOTFOUND/.test(message);
    if (!isAway) speak(message, options);
  };
  return logger;
}
