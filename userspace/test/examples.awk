# SPDX-License-Identifier: GPL-2.0
# The examples of a page, README.md or doc/*, by their form: a file for each in the directory OUT,
# named PLACE.KIND, where PLACE is page:line, a % stands for each / of the page, and where a line
# has several of a kind -2 and so on stands after it.
#
#	commands	an indented block of Markdown, or a fence, with a command line
#	span		`...` or *...* in a paragraph that begins with a command of ours
#	options		one that begins with an option and its value
#	job		a section of a job
#	c		C
#	printed		what is printed, or figures: it has columns, or begins with "word:", or stands
#			right after one; or what goes over a wire, a message of FIX
#	file		a name of a file of the project, in such quotes
#	unknown		none of these
function put(kind, line, text,	out) {
	# What a reader has to fill in: numbers, and what is left out.
	gsub(/=N /, "=1 ", text)
	gsub(/ (…|\[[A-Z]+(\.\.\.)?\])/, "", text)
	out = page ":" line
	if (++nth[out, kind] > 1)
		out = out "-" nth[out, kind]
	out = OUT "/" out "." kind
	print text >out
	close(out)
}

function ours(word) {
	return word ~ /^(~\/contend\/)?(scripts|qemu|build|bundle)\/[a-z]/ || word ~ /^(contend|make)$/ ||
		word in functions
}

# A command of the shell, or of others, that an example of ours begins with.
function others(word) {
	return word ~ /^([a-z]+\(\)|\.|cd|echo|exec|git|grep|insmod|jq|sudo|tar)$/
}

function first_word(line,	word) {
	sub(/^ +/, "", line)
	while (line ~ /^[A-Z_]+=("[^"]*"|[^ ]*) /)
		sub(/^[A-Z_]+=("[^"]*"|[^ ]*) /, "", line)
	split(line, word, " ")
	return word[1]
}

function kind_of(block,	line, n, i, columns) {
	n = split(block, line, "\n")
	for (i = 1; i <= n; i++) {
		if (line[i] ~ /^[a-z]+\(\) /)
			functions[substr(line[i], 1, index(line[i], "(") - 1)]
		if (ours(first_word(line[i])) || others(first_word(line[i])) ||
				line[i] ~ /^for [a-z]+ in /)
			return "commands"
		if (line[i] ~ /^\[[a-z]+\]$/)
			return "job"
		sub(/ +# .*/, "", line[i])
		columns += (line[i] ~ /[^ ]  +[^ ]/ || line[i] ~ /[─│]/) * (i == 1 ? n : 1)
	}
	if (block ~ /^(#include|[A-Z_]+\(.*;)/)
		return "c"
	if (block ~ /^([A-Za-z-]+: |8=FIX)/ || columns * 2 >= n || before == "printed")
		return "printed"
	return "unknown"
}

function end_of_block() {
	sub(/\n+$/, "", block)
	if (block != "") {
		before = kind_of(block)
		put(before, block_line, block)
	}
	block = ""
}

# The quotes of a paragraph.
function end_of_paragraph(	rest, span, at, lines) {
	gsub(/\\\*/, "\001", paragraph)
	rest = paragraph
	at = paragraph_line
	while (match(rest, scd ? "[*][^*]+[*]" : "`[^`]+`")) {
		span = substr(rest, RSTART + 1, RLENGTH - 2)
		lines = substr(rest, 1, RSTART)
		at += gsub(/\n/, "", lines)
		rest = substr(rest, RSTART + RLENGTH)
		lines = span
		lines = gsub(/\n[ \t]*/, " ", span)
		gsub(/\001/, "*", span)
		if (scd)
			gsub(/\\/, "", span)
		if (span ~ / / && span !~ /=$/ && (ours(first_word(span)) || span ~ /^\. <\(/))
			put("span", at, span)
		else if (span ~ /^--[a-z_.-]+=[^ ]/)
			put("options", at, span)
		else if (span ~ /^(jobs|scripts|doc|kmod|qemu|userspace|selftests|debian)\/[^ ]*$/)
			put("file", at, span)
		at += lines
	}
	paragraph = ""
}

function end_of_all() {
	end_of_block()
	end_of_paragraph()
}

FNR == 1 {
	end_of_all()
	scd = FILENAME ~ /\.scd$/
	page = FILENAME
	gsub("/", "%", page)
	job = code = fence = 0
	empty = 1
	split("", functions)
}

scd && /^```$/ {
	end_of_all()
	fence = !fence
	next
}

# What an empty line divides are two, but in a job.
(fence && !/^$/) || (!scd && /^    / && (empty || block != "")) ||
		(scd && (/^\t\\\[/ || /^\\#include/ || (job && /^\t/) || (code && !/^$/))) {
	end_of_paragraph()
	if (block == "")
		block_line = FNR
	line = $0
	if (scd && !fence) {
		job = line ~ /^\t/
		code = !job
		sub(/^\t/, "", line)
		sub(/\+\+$/, "", line)
		gsub(/\\/, "", line)
	} else if (!scd) {
		sub(/^    /, "", line)
	}
	block = block line "\n"
	empty = 0
	next
}

/^$/ {
	if (job) {
		block = block "\n"
	} else {
		end_of_all()
		code = 0
	}
	empty = 1
	next
}

{
	end_of_block()
	before = ""
	job = code = empty = 0
	if (paragraph == "")
		paragraph_line = FNR
	paragraph = paragraph $0 "\n"
}

END {
	end_of_all()
}
