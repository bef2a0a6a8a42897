"""The words of days named from the day of reading, in many languages: "3 days ago", "gestern".

Data only, for `feeds.extraction.relativedates`. All in small letters; words of scripts without spaces stand among the
others. To add a language: its units, its word before or after the number, and its words for today and yesterday.
"""

from collections.abc import Mapping

from feeds.extraction.wordlist import listed

# By unit: the words for one or many of it.
UNITS: Mapping[str, str] = {
    "second": "second seconds sec secs sekunde sekunden sekunder seconde seconden secondes segundo segundos secondi "
    "segons секунд секунды секунду sekund sekundy saniye giây detik saat วินาที វិនាទី ວິນາທີ 秒 초 ثانية ثوان ثواني "
    "שניות सेकंड সেকেন্ড",
    "minute": "minute minutes min mins m minuten minuto minutos minuti minuts minut minuty minuter minutter minutt "
    "perc perce минут минуты минуту хвилин хвилини хвилину λεπτά λεπτό dakika phút menit minit นาที នាទី ນາທີ မိနစ် 分 "
    "分钟 分鐘 分鐘 분 دقيقة دقائق دقیقه דקה דקות मिनट মিনিট",
    "hour": "hour hours hr hrs h hora horas hores stunde stunden std heure heures ora ore uur uren timmar timme timer "
    "time godzin godziny godzinę hodin hodinu hodiny hodinami óra órája час часа часов часове години годину годин "
    "ώρες ώρα saat giờ tiếng jam ชั่วโมง ชม ម៉ោង ຊົ່ວໂມງ နာရီ 小时 小時 時間 시간 ساعة ساعات ساعت שעה שעות घंटे घंटा "
    "ঘণ্টা ঘন্টা tuntia tunti",
    "day": "day days d tag tagen tage jour jours día días dia dias dies giorno giorni dag dagen dagar dage dager dni "
    "dzień dnem dny dňami nap napja napok zile zi день дня дней дні днів ден дни ημέρα ημέρες μέρα μέρες gün ngày hôm "
    "hari วัน ថ្ងៃ ມື້ ວັນ ရက် 日 天 일 يوم أيام ايام روز יום ימים दिन দিন päivää päivä",
    "week": "week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane setmanes weken vecka "
    "veckor uge uger uke uker tydzień tygodnie tygodni týdnem týdny hét hete неделю недели недель тиждень тижні тижнів "
    "εβδομάδα εβδομάδες hafta tuần minggu สัปดาห์ សប្តាហ៍ ອາທິດ 周 週 星期 週間 주 أسبوع أسابيع هفته שבוע שבועות सप्ताह "
    "সপ্তাহ viikkoa",
    "month": "month months mo mos monat monaten monate mois mes meses mesos mese mesi mês maand maanden månad månader "
    "måned måneder miesiąc miesiące miesięcy měsícem měsíci měsíců hónap hónapja месяц месяца месяцев місяць місяці "
    "місяців μήνα μήνες ay tháng bulan เดือน ខែ ເດືອນ 个月 個月 か月 ヶ月 カ月 개월 شهر أشهر شهور ماه חודש חודשים महीने "
    "মাস kuukautta",
    "year": "year years yr yrs jahr jahren jahre an ans année années año años ano anos anys anno anni jaar år rok lata "
    "lat rokem roky év éve год года лет рік роки років χρόνια χρόνο yıl năm tahun ปี ឆ្នាំ ປີ နှစ် 年 년 سنة سنوات سال "
    "שנה שנים साल বছর vuotta",
}
# Words that say two of a unit.
PAIRS: Mapping[str, str] = {
    "يومين": "day",
    "يومان": "day",
    "ساعتين": "hour",
    "ساعتان": "hour",
    "دقيقتين": "minute",
    "أسبوعين": "week",
    "شهرين": "month",
    "سنتين": "year",
    "יומיים": "day",
    "שעתיים": "hour",
    "שבועיים": "week",
    "חודשיים": "month",
    "שנתיים": "year",
}
COUNTS: Mapping[str, int] = {
    **dict.fromkeys(
        listed("a an one ein einem einer eine un une una um uma uno een en ett et один одну jeden jednu"), 1
    ),
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "zwei": 2,
    "drei": 3,
    "deux": 2,
    "trois": 3,
    **{sign: number for number, sign in enumerate("一二三四五六七八九十", 1)},
    "两": 2,
    "兩": 2,
    "dos": 2,
    "tres": 3,
    "dois": 2,
    "duas": 2,
    "due": 2,
    "tre": 3,
    "twee": 2,
    "drie": 3,
    "два": 2,
    "три": 3,
}
# What stands before the number, and what stands after the unit.
BEFORE = listed("vor|hace|fa|há|il y a|πριν|πριν από|acum|преди|před|pred|منذ|قبل|لפני|לפני", "|")
AFTER = listed(
    "ago|fa|geleden|назад|тому|тому назад|önce|yang lalu|lalu|trước|atrás|sedan|siden|temu|sitten|ที่แล้ว|ที่ผ่านมา|ก่อน|"
    "มาแล้ว|មុន|កន្លងទៅ|ກ່ອນ|ຜ່ານມາ|ຜ່ານມາແລ້ວ|က|前|以前|전|전에|पहले|আগে|پیش|قبل|lalu|yang lepas|ezelőtt",
    "|",
)
# Hungarian says "two days since" in the word for days itself.
ENOUGH = frozenset(listed("napja órája perce hete hónapja éve"))
DAYS_AGO: Mapping[str, int] = {
    **dict.fromkeys(
        listed(
            "today|heute|aujourd'hui|hoy|hoje|oggi|vandaag|dziś|dzisiaj|dnes|idag|i dag|ma|bugün|avui|azi|tänään|"
            "сегодня|сьогодні|днес|сёння|σήμερα|hôm nay|hari ini|วันนี้|ថ្ងៃនេះ|ມື້ນີ້|ယနေ့|ဒီနေ့|今天|今日|本日|오늘|اليوم|"
            "امروز|היום|आज|আজ|just now|right now|à l'instant|gerade eben|только что|刚刚|剛剛|たった今|방금",
            "|",
        ),
        0,
    ),
    **dict.fromkeys(
        listed(
            "yesterday|gestern|hier|ayer|ontem|ieri|gisteren|wczoraj|včera|igår|i går|tegnap|dün|kemarin|semalam|ahir|"
            "eilen|вчера|вчора|учора|χθες|χτες|hôm qua|เมื่อวาน|เมื่อวานนี้|ម្សិលមិញ|ມື້ວານ|ມື້ວານນີ້|မနေ့က|昨天|昨日|어제|"
            "أمس|امس|دیروز|אתמול|গতকাল",
            "|",
        ),
        1,
    ),
    **dict.fromkeys(
        listed(
            "the day before yesterday|vorgestern|avant-hier|anteayer|antier|anteontem|l'altro ieri|eergisteren|"
            "przedwczoraj|předevčírem|tegnapelőtt|i förrgår|позавчера|позавчора|προχθές|前天|一昨日|그저께|그제|"
            "أول أمس|שלשום|پریروز",
            "|",
        ),
        2,
    ),
}
