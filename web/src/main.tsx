import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal, whenNobody } from './api/client.js';
import { askAgainWhoLooks } from './api/looker.js';
import { App } from './app.js';
import { watchActivity } from './live/activity.js';
import { AnnounceProvider } from './parts/announce.js';
import { TextsProvider } from './texts/context.js';
import './style.css';

watchActivity();
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused is refused again; what did not answer may yet.
      retry: (failures, cause) => failures < 2 && cause instanceof Refusal && (cause.status === 0 || cause.status >= 500),
      throwOnError: false,
    },
  },
});
whenNobody(() => askAgainWhoLooks(client));

const root = document.querySelector('#root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <TextsProvider>
          <AnnounceProvider>
            <App />
          </AnnounceProvider>
        </TextsProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
