import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Refusal } from './api/client.js';
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
      // Somebody whose session has ended is nobody: the page that asks who looks shows the login then.
      throwOnError: false,
    },
  },
});
client.getQueryCache().subscribe(({ query }) => {
  const { error } = query.state;
  if (error instanceof Refusal && error.status === 401 && client.getQueryData(['me']) !== null) client.setQueryData(['me'], null);
});

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
