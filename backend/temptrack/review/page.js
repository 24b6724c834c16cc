"use strict";
(() => {
  const film = JSON.parse(document.getElementById("film").textContent);
  const scopeSeconds = Number(document.body.dataset.scope);
  const viewer = document.getElementById("viewer");
  const strip = document.getElementById("strip");
  const filmHead = document.getElementById("film-head");
  const rows = [...document.querySelectorAll(".track")];
  let current = null;
  let frameShown = -1;

  const clock = (seconds) => {
    const whole = Math.max(0, Math.round(seconds));
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };

  const showFilmAt = (seconds) => {
    if (!film.length) return;
    let index = film.findIndex((frame) => frame.at > seconds) - 1;
    if (index === -2) index = film.length - 1;
    index = Math.max(0, index);
    if (index !== frameShown) {
      viewer.src = film[index].src;
      frameShown = index;
    }
    filmHead.hidden = false;
    filmHead.style.left = `${Math.min(100, (100 * seconds) / scopeSeconds)}%`;
  };

  const players = rows.map((row) => {
    const number = (name) => Number(row.dataset[name]);
    const loops = row.dataset.loopTo !== "";
    const player = {
      row,
      audio: row.querySelector("audio"),
      button: row.querySelector(".play"),
      wave: row.querySelector(".wave"),
      head: row.querySelector(".play-head"),
      time: row.querySelector(".at"),
      start: number("start"),
      duration: number("duration"),
      whole: number("track"),
      loopFrom: loops ? number("loopFrom") : 0,
      loopTo: loops ? number("loopTo") : 0,
      rounds: 0,
    };
    // Where the editor is in the cut: a looped excerpt goes on counting while the sound jumps back.
    player.elapsed = () => player.audio.currentTime + player.rounds * (player.loopTo - player.loopFrom);
    return player;
  });

  const draw = (player) => {
    const at = player.audio.currentTime;
    player.head.hidden = false;
    player.head.style.left = `${(100 * (player.start + at)) / player.whole}%`;
    player.time.textContent = `${clock(player.elapsed())} / ${clock(scopeSeconds || player.duration)}`;
    player.wave.setAttribute("aria-valuenow", Math.round(at));
    player.wave.setAttribute("aria-valuetext", clock(at));
    showFilmAt(player.elapsed());
  };

  const stop = (player) => {
    if (player.audio) player.audio.pause();
  };

  const step = () => {
    if (!current || current.audio.paused) return;
    if (current.loopTo > 0 && current.audio.currentTime >= current.loopTo) {
      current.audio.currentTime = current.loopFrom;
      current.rounds += 1;
    }
    draw(current);
    if (scopeSeconds > 0 && current.elapsed() >= scopeSeconds) {
      current.audio.pause();
      current.audio.currentTime = 0;
      current.rounds = 0;
      return;
    }
    requestAnimationFrame(step);
  };

  const choose = (player, { scroll = true } = {}) => {
    rows.forEach((row) => row.classList.toggle("chosen", row === player.row));
    if (scroll) player.row.scrollIntoView({ block: "nearest" });
  };

  const play = (player) => {
    if (!player || !player.audio) return;
    if (current && current !== player) stop(current);
    current = player;
    choose(player);
    player.audio.play();
  };

  const toggle = (player) => {
    if (!player.audio) return;
    if (current === player && !player.audio.paused) player.audio.pause();
    else play(player);
  };

  const seek = (player, seconds) => {
    if (!player.audio) return;
    player.rounds = 0;
    player.audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, player.duration - 0.05));
    if (player.audio.readyState > 0) draw(player);
  };

  players.forEach((player) => {
    if (!player.audio) return;
    player.button.addEventListener("click", () => toggle(player));
    player.wave.addEventListener("click", (event) => {
      const box = player.wave.getBoundingClientRect();
      seek(player, ((event.clientX - box.left) / box.width) * player.whole - player.start);
      play(player);
    });
    player.audio.addEventListener("play", () => {
      player.row.classList.add("playing");
      player.button.setAttribute("aria-pressed", "true");
      requestAnimationFrame(step);
    });
    player.audio.addEventListener("pause", () => {
      player.row.classList.remove("playing");
      player.button.setAttribute("aria-pressed", "false");
    });
  });

  const light = (segment, on) =>
    document.querySelectorAll(`.ruler [data-segment="${segment}"]`).forEach((mark) => mark.classList.toggle("lit", on));
  document.querySelectorAll(".evidence [data-segments]").forEach((item) => {
    const segments = item.dataset.segments.split(" ").filter(Boolean);
    item.addEventListener("mouseenter", () => segments.forEach((segment) => light(segment, true)));
    item.addEventListener("mouseleave", () => segments.forEach((segment) => light(segment, false)));
  });

  if (strip) {
    strip.addEventListener("click", (event) => {
      const box = strip.getBoundingClientRect();
      const seconds = ((event.clientX - box.left) / box.width) * scopeSeconds;
      if (current) {
        seek(current, seconds);
        play(current);
      } else {
        showFilmAt(seconds);
      }
    });
  }

  const chosenIndex = () => rows.findIndex((row) => row.classList.contains("chosen"));
  const move = (by) => {
    const next = Math.min(players.length - 1, Math.max(0, chosenIndex() + by));
    if (!players[next]) return;
    const sounding = current && current.audio && !current.audio.paused;
    choose(players[next]);
    players[next].row.focus({ preventScroll: true });
    if (sounding) play(players[next]);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = players[Math.max(0, chosenIndex())];
    const onButton = event.target instanceof HTMLElement && event.target.matches("button, a");
    if (event.key === "ArrowDown" || event.key === "j") move(1);
    else if (event.key === "ArrowUp" || event.key === "k") move(-1);
    else if (event.key === " " && !onButton && chosen) toggle(chosen);
    else if (event.key === "ArrowLeft" && chosen && chosen.audio) seek(chosen, chosen.audio.currentTime - 5);
    else if (event.key === "ArrowRight" && chosen && chosen.audio) seek(chosen, chosen.audio.currentTime + 5);
    else if (/^[1-9]$/.test(event.key) && players[event.key - 1]) play(players[event.key - 1]);
    else if (event.key === "Escape" && current) stop(current);
    else return;
    event.preventDefault();
  });

  if (players.length) choose(players[0], { scroll: false });
})();
