// Starts the application.
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from './App';
import { createQueryClient } from './queryClient';
import './theme.css';
import { WhatWentWrong } from './WhatWentWrong';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <BrowserRouter>
        <WhatWentWrong>
          <App />
        </WhatWentWrong>
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
);
