import { mount } from 'svelte';

import App from './App.svelte';
import './app.css';
import { session } from './features/session/session.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
void session.resume();
